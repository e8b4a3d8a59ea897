"""Replaces addresses in stores that TensorFlow cannot read by folders on the container's disk, and back.

For every store, Kubeflow's launcher downloads the inputs of a task before its container starts, and uploads the outputs
after it. TFX does not know of these folders: it reads from the addresses. Addresses that TensorFlow can read (`gs://`)
stay as they are, because Beam's workers on other machines cannot read this disk.
"""

from collections.abc import Iterator, Mapping
from typing import Any

FOLDERS = {"s3://": "/s3/", "minio://": "/minio/"}
"""The launcher's folder of each store."""

Invocation = dict[str, Any]
"""Kubeflow's ExecutorInput or ExecutorOutput, as JSON."""


def to_local(invocation: Invocation) -> None:
    """Replaces the addresses in an ExecutorInput by the launcher's folders."""
    for part in ("inputs", "outputs"):
        _replace(invocation.get(part, {}), FOLDERS)


def to_remote(said: Invocation) -> None:
    """Replaces the launcher's folders in an ExecutorOutput by addresses, to which the launcher uploads them."""
    _replace(said, {folder: store for store, folder in FOLDERS.items()})


def _replace(holder: Mapping[str, Any], by: Mapping[str, str]) -> None:
    for artifact in _artifacts(holder):
        for beginning, other in by.items():
            if artifact.get("uri", "").startswith(beginning):
                artifact["uri"] = other + artifact["uri"].removeprefix(beginning)
                break


def _artifacts(holder: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for listed in holder.get("artifacts", {}).values():
        yield from listed.get("artifacts", [])
