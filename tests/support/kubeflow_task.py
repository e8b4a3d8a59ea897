"""One task of a compiled pipeline, run as Kubeflow's launcher runs its container, in this process."""

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
        specification: What was compiled.
        task: The name of the task.
        inputs: For each input artifact its folder and its metadata, in which all numbers are floating-point ones.
        folder: Where outputs go.
        store: The address of that folder, as the task is told it; empty for the folder itself.

    Returns:
        What the container says of its outputs: for each its artifacts, as a launcher reads them.
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
    # The image spares the seconds that it takes TFX to pack itself for other machines; no worker here runs in one.
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
