"""Where Kubeflow's launcher puts, on a container's own disk, what lies in stores that TensorFlow cannot read.

The launcher downloads the inputs of a task before its container starts and uploads the outputs after it, for every
store; TFX goes by addresses alone. Addresses that TensorFlow knows (`gs://`) are left as they are, since Beam's workers
on other machines know nothing of this disk.
"""

from collections.abc import Iterator, Mapping
from typing import Any

FOLDERS = {"s3://": "/s3/", "minio://": "/minio/"}
"""The launcher's folder of each store."""

Invocation = dict[str, Any]
"""Kubeflow's ExecutorInput, or ExecutorOutput, as JSON."""


def to_local(invocation: Invocation) -> None:
    """Puts, in an ExecutorInput, the launcher's folders in place of addresses."""
    for part in ("inputs", "outputs"):
        _replace(invocation.get(part, {}), FOLDERS)


def to_remote(said: Invocation) -> None:
    """Puts the addresses back, in an ExecutorOutput: what the launcher is told to upload there."""
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
