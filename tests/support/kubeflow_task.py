"""Runs one task of a compiled pipeline in this process, as Kubeflow's launcher runs its container."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfx_pipeline.runners import kubeflow_container


def run_task(
    specification: Mapping[str, Any],
    task: str,
    inputs: Mapping[str, tuple[str, Mapping[str, Any]]],
    folder: Path,
    store: str = "",
) -> dict[str, Any]:
    """Runs the command of a task.

    Args:
        specification: The compiled pipeline.
        task: The name of the task.
        inputs: The folder and the metadata of each input artifact. All numbers in the metadata are floats.
        folder: The folder of the outputs.
        store: The address by which the task knows that folder; empty for the folder's own path.

    Returns:
        The artifacts of each output, as the container reports them to the launcher.
    """
    component = specification["components"][task]
    given = specification["root"]["dag"]["tasks"][task]["inputs"]["parameters"]
    output_file = folder / "output_metadata.json"
    invocation = {
        "inputs": {
            "parameterValues": {name: each["runtimeValue"]["constant"] for name, each in given.items()},
            "artifacts": _artifacts(component["inputDefinitions"], inputs),
        },
        "outputs": {
            "artifacts": _artifacts(
                component["outputDefinitions"],
                {name: (f"{store or folder}/{name}", {}) for name in component["outputDefinitions"]["artifacts"]},
            ),
            "outputFile": str(output_file),
        },
    }
    container = specification["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
    assert container["command"] == ["python", "-m", kubeflow_container.__name__]
    arguments = [json.dumps(invocation) if each == "{{$}}" else each for each in container["args"]]
    # With an image, TFX does not pack itself for other machines, which takes seconds. No worker uses the image here.
    kubeflow_container.main(kubeflow_container.parse_flags([*arguments, "--sdk_container_image=unused"]))
    return json.loads(output_file.read_text())["artifacts"]


def _artifacts(definitions: Mapping[str, Any], located: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    return {
        name: {
            "artifacts": [
                {"uri": uri, "metadata": metadata, "type": definitions["artifacts"][name]["artifactType"], "name": name}
            ]
        }
        for name, (uri, metadata) in located.items()
    }
