"""Replaces addresses in stores by folders on the container's disk, and back.

For every store, Kubeflow's launcher downloads the inputs of a task before its container starts, and uploads the outputs
after it. TFX does not know of these folders: it reads from the addresses. Where Beam's workers are on other machines,
addresses that TensorFlow can read (`gs://`) stay as they are, because those machines cannot read this disk.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FOLDERS = {"s3://": "/s3/", "minio://": "/minio/", "gs://": "/gcs/"}
"""The launcher's folder of each store."""
READ_BY_WORKERS = "gs://"
"""The store that Beam's workers read, wherever they are."""

_HERE = ("FnApiRunner", "DirectRunner")
"""Beam's runners that work in the container."""

Invocation = dict[str, Any]
"""Kubeflow's ExecutorInput or ExecutorOutput, as JSON."""


def of(beam_flags: Sequence[str]) -> dict[str, str]:
    """The folder of each store whose addresses are replaced.

    Args:
        beam_flags: The options of Beam: the runner says where the workers are.
    """
    runners = [flag.partition("=")[2] for flag in beam_flags if flag.startswith("--runner=")]
    if not runners or runners[-1].endswith(_HERE):
        return dict(FOLDERS)
    return {store: folder for store, folder in FOLDERS.items() if store != READ_BY_WORKERS}


def make_outputs(invocation: Invocation) -> None:
    """Makes the launcher's folders of all outputs of an ExecutorInput.

    The launcher takes an output of which it finds nothing for one that is missing: that of a component which writes
    nothing, such as a Pusher that does not push, or straight into the store.
    """
    for artifact in _artifacts(invocation.get("outputs", {})):
        folder = _other(artifact.get("uri", ""), FOLDERS)
        if folder:
            os.makedirs(folder, exist_ok=True)


def to_local(invocation: Invocation, folders: Mapping[str, str]) -> None:
    """Replaces the addresses in an ExecutorInput by the launcher's folders.

    Args:
        invocation: The ExecutorInput. It is changed.
        folders: The folder of each store, as `of` returns them.
    """
    for part in ("inputs", "outputs"):
        _replace(invocation.get(part, {}), folders)


def to_remote(said: Invocation) -> None:
    """Replaces the launcher's folders in an ExecutorOutput by addresses, to which the launcher uploads them."""
    _replace(said, {folder: store for store, folder in FOLDERS.items()})


def _replace(holder: Mapping[str, Any], by: Mapping[str, str]) -> None:
    for artifact in _artifacts(holder):
        if other := _other(artifact.get("uri", ""), by):
            artifact["uri"] = other


def _other(address: str, by: Mapping[str, str]) -> str:
    """An address whose beginning is replaced; empty if it begins with none of them."""
    for beginning, other in by.items():
        if address.startswith(beginning):
            return other + address.removeprefix(beginning)
    return ""


def _artifacts(holder: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for listed in holder.get("artifacts", {}).values():
        yield from listed.get("artifacts", [])
