"""The container's process as a whole: what it prints, and how it ends."""

import json
import subprocess
import sys

import pytest

from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH
from tests.support.noise_of_libraries import NOISE
from tfx_pipeline.kubeflow.artifact_types import OUR_SCHEMA


@pytest.fixture
def container(tmp_path):
    """Runs a task that copies a schema file, as TFX's ImportSchemaGen does."""

    def run(schema_file):
        invocation = {
            "inputs": {"parameterValues": {"schema_file": str(schema_file)}},
            "outputs": {
                # As Kubeflow's launcher adds the logs, where it keeps them.
                "artifacts": {
                    "schema": {"artifacts": [{"name": "schema", "uri": str(tmp_path / "schema")}]},
                    "executor-logs": {"artifacts": [{"uri": str(tmp_path / "executor-logs")}]},
                },
                "outputFile": str(tmp_path / "output_metadata.json"),
            },
        }
        words = ["--executor_class_path", "tfx.components.schema_gen.import_schema_gen.executor.Executor"]
        words += ["--json_serialized_invocation_args", json.dumps(invocation), "--tandem_task=ImportSchemaGen"]
        words += ["--json_serialized_inputs_spec_args", '{"parameters": {"schema_file": {"parameterType": "STRING"}}}']
        words += ['--tandem_artifact_types={"schema": "tfx.Schema"}', "--direct_num_workers=1"]
        command = [sys.executable, "-m", "tfx_pipeline.kubeflow.kubeflow_container", *words]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_it_tells_of_its_task_and_ends_well(container, tmp_path):
    done = container(OUR_SCHEMA)  # As a specification names it, wherever Tandem lies.
    assert done.returncode == 0, done.stderr
    assert "Importing TensorFlow and TFX" in done.stderr and "[1/1] ImportSchemaGen" in done.stderr
    assert not NOISE.search(done.stderr), done.stderr
    assert (tmp_path / "schema" / "schema.pbtxt").read_text() == BEHAVIOUR_SCHEMA_PATH.read_text()
    told = json.loads((tmp_path / "output_metadata.json").read_text())
    assert list(told["artifacts"]) == ["schema"] and not (tmp_path / "executor-logs").exists()


def test_a_failure_is_told_whole_and_at_the_end_in_a_sentence(container, tmp_path):
    done = container(tmp_path / "nowhere.pbtxt")
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr
    last = done.stderr.rstrip().rpartition("\n")[2]
    assert last.startswith("task ImportSchemaGen: ") and "nowhere.pbtxt" in last
