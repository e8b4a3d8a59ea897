"""Runs one task of a compiled pipeline in this process, as Kubeflow's launcher runs its container."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tfx_pipeline.runners import kubeflow_container


def run_task(
    specification: Mapping[str, Any],
    task: str,
    inputs: Mapping[str, tuple[Path, Mapping[str, Any]]],
    folder: Path,
    at: Callable[[Path], str] = str,
) -> dict[str, Any]:
    """Runs the command of a task.

    Args:
        specification: The compiled pipeline.
        task: The name of the task.
        inputs: The folder and the metadata of each input artifact. All numbers in the metadata are floats.
        folder: The folder of the outputs.
        at: The address by which the task knows a folder.

    Returns:
        The artifacts of each output, as the container reports them to the launcher.
    """
    component = specification["components"][task]
    outputs = component["outputDefinitions"]
    given = specification["root"]["dag"]["tasks"][task]["inputs"]["parameters"]
    output_file = folder / "output_metadata.json"
    invocation = {
        "inputs": {
            "parameterValues": {name: each["runtimeValue"]["constant"] for name, each in given.items()},
            "artifacts": _artifacts(component["inputDefinitions"], inputs, at),
        },
        "outputs": {
            "artifacts": _artifacts(outputs, {name: (folder / name, {}) for name in outputs["artifacts"]}, at),
            "outputFile": str(output_file),
        },
    }
    container = specification["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
    assert container["command"] == ["python", "-m", kubeflow_container.__name__]
    arguments = [json.dumps(invocation) if each == "{{$}}" else each for each in container["args"]]
    # With an image, TFX does not pack itself for other machines, which takes seconds. No worker uses the image here.
    kubeflow_container.main(kubeflow_container.parse_flags([*arguments, "--sdk_container_image=unused"]))
    return json.loads(output_file.read_text())["artifacts"]


def _artifacts(
    definitions: Mapping[str, Any], located: Mapping[str, tuple[Path, Mapping[str, Any]]], at: Callable[[Path], str]
) -> dict[str, Any]:
    def artifact(name: str, folder: Path, metadata: Mapping[str, Any]) -> dict[str, Any]:
        kind = definitions["artifacts"][name]["artifactType"]
        return {"uri": at(folder), "metadata": metadata, "type": kind, "name": name}

    return {name: {"artifacts": [artifact(name, *each)]} for name, each in located.items()}
