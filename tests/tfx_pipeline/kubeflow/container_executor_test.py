"""The containers of a compiled pipeline, run in this process by what stands in its specification."""

import json

import pytest
import yaml

from components.raw_files.refusal import DataError
from schemas import features
from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH


def run_task(specification, task, inputs, folder, at):
    """Runs the command of a task as Kubeflow's launcher does, and returns the artifacts that it tells of, by output.

    `inputs` has the folder and the metadata of each, whose numbers are floats; `folder` is that of the outputs; and
    `at` gives the address by which the task knows a folder.
    """
    from tfx_pipeline.kubeflow import container_executor, kubeflow_container  # Imports Beam and TFX: many seconds.

    def artifacts(definitions, located):
        kinds = {name: each["artifactType"] for name, each in definitions["artifacts"].items()}
        return {
            name: {"artifacts": [{"uri": at(path), "metadata": metadata, "type": kinds[name], "name": name}]}
            for name, (path, metadata) in located.items()
        }

    component = specification["components"][task]
    outputs = component["outputDefinitions"]
    given = specification["root"]["dag"]["tasks"][task]["inputs"]["parameters"]
    output_file = folder / "output_metadata.json"
    invocation = {
        "inputs": {
            "parameterValues": {name: each["runtimeValue"]["constant"] for name, each in given.items()},
            "artifacts": artifacts(component["inputDefinitions"], inputs),
        },
        "outputs": {
            "artifacts": artifacts(outputs, {name: (folder / name, {}) for name in outputs["artifacts"]}),
            "outputFile": str(output_file),
        },
    }
    container = specification["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
    assert container["command"] == ["python", "-m", kubeflow_container.__name__]
    arguments = [json.dumps(invocation) if each == "{{$}}" else each for each in container["args"]]
    own = [each for each in arguments if each.startswith("--tandem_")]
    assert own[0] == f"--tandem_task={task}" and len(own) == 2
    container_executor.run([each for each in arguments if each not in own], own[1].partition("=")[2])
    return json.loads(output_file.read_text())["artifacts"]


@pytest.fixture
def check(kubeflow_file, tmp_path):
    """Runs DataChecks on a span whose examples are, to a given share, of search."""
    from tests.support import surface_examples

    specification = yaml.safe_load(kubeflow_file.read_text())
    splits = {"split_names": f'["{features.TRAIN_SPLIT}"]'}
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "schema.pbtxt").write_text(BEHAVIOUR_SCHEMA_PATH.read_text())
    (tmp_path / "anomalies" / "Split-train").mkdir(parents=True)
    (tmp_path / "anomalies" / "Split-train" / "SchemaDiff.pb").touch()

    def run(span, search_share, at=str):
        """`at`: the address by which the task knows a folder."""
        surface_examples.write_statistics(tmp_path / f"{span}", search_share=search_share)
        inputs = {
            "statistics": (tmp_path / f"{span}", {**splits, "span": float(span)}),
            "anomalies": (tmp_path / "anomalies", splits),
            "schema": (tmp_path / "schema", {}),
        }
        return run_task(specification, "DataChecks", inputs, tmp_path / f"run-{span}", at)

    return run


def test_drift_is_told_by_what_lies_below_the_root(check, kubeflow_file):
    (findings,) = check(span=7, search_share=0.1)["findings"]["artifacts"]
    assert findings["metadata"]["findings"] == 0
    with pytest.raises(DataError, match="train since the last span, surface"):
        check(span=8, search_share=0.9)
    kept = kubeflow_file.parent / "run" / "passed_statistics"
    assert [path.name for path in kept.iterdir()] == ["7.pb"]


def test_artifacts_in_a_store_are_read_and_written_where_the_launcher_keeps_them(check, tmp_path, monkeypatch):
    from tfx_pipeline.kubeflow import launcher_folders

    monkeypatch.setattr(launcher_folders, "FOLDERS", {"minio://": f"{tmp_path.parent}/"})
    store = f"minio://{tmp_path.name}"
    made = check(span=3, search_share=0.1, at=lambda folder: str(folder).replace(str(tmp_path), store))
    assert made["findings"]["artifacts"][0]["uri"] == f"{store}/run-3/findings"
    assert list((tmp_path / "run-3" / "findings").iterdir())


def test_all_our_artifact_types_are_known():
    from tfx.types.artifact import Artifact

    from tfx_pipeline import pipeline  # noqa: F401 It imports all components.
    from tfx_pipeline.kubeflow import container_executor

    ours = {each for each in Artifact.__subclasses__() if each.__module__.startswith("components.")}
    assert ours == set(container_executor.ARTIFACT_TYPES)
