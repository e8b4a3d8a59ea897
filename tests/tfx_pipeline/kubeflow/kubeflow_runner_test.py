import json
import re
from pathlib import Path

import pytest
import yaml

from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH
from tests.support import tiny_logs
from tests.support.golden import assert_golden
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config


@pytest.fixture(scope="module")
def specification(kubeflow_file):
    return yaml.safe_load(kubeflow_file.read_text())


def test_it_changes_on_purpose_only(specification, kubeflow_file):
    # On lines of any length: where the compiler folds one depends on how long this folder's name is.
    text = yaml.safe_dump(specification, width=float("inf"))
    # What differs by machine and by moment, and nothing else, is written as a name.
    text = text.replace(str(kubeflow_file.parent), "FOLDER")
    text = re.sub(r"tfx-1\.\d+\.\d+|tfx-\d[\w.]*", "tfx-VERSION", re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text))
    assert_golden("kubeflow_pipeline.yaml", text)


def test_it_is_what_open_source_kubeflow_takes(specification):
    assert specification["schemaVersion"] == "2.1.0"
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,127}", specification["pipelineInfo"]["name"])
    executors = specification["deploymentSpec"]["executors"].values()
    # Neither resolvers nor anything else that its compiler does not know.
    assert {kind for executor in executors for kind in executor} <= {"container", "importer"}
    assert {each["container"]["image"] for each in executors if "container" in each} == {"example/tandem:1"}


def test_tasks_come_after_what_they_read_and_after_what_has_to_let_them_pass(specification):
    tasks = specification["root"]["dag"]["tasks"]
    assert len(tasks) == 13
    # Nothing is trained on data that failed its checks, and a model is never its own baseline.
    assert "DataChecks" in tasks["Transform"]["dependentTasks"]
    assert set(tasks["BaselineModel"]["dependentTasks"]) == {"BehaviourExampleGen", "Trainer"}
    assert set(tasks["Pusher"]["dependentTasks"]) == {"Evaluator", "Baselines", "ServabilityGate"}
    assert set(tasks["Baselines"]["dependentTasks"]) == {"BehaviourExampleGen", "Trainer"}
    assert set(tasks["Evaluator"]["dependentTasks"]) == {"BehaviourExampleGen", "Trainer", "BaselineModel"}


def test_a_search_is_a_task_before_the_training_that_takes_its_values(tmp_path):
    from tfx_pipeline.kubeflow import kubeflow_runner

    overrides = ["tune.space={unisar.dim: [8, 16]}", "tune.parallel_trials=4000"]
    config = load_config(str(tiny_logs.write(tmp_path)), overrides)
    kubeflow_runner.compile_pipeline(config, output=str(tmp_path / "spec.yaml"))
    compiled = yaml.safe_load((tmp_path / "spec.yaml").read_text())
    tasks = compiled["root"]["dag"]["tasks"]
    assert len(tasks) == 14
    assert set(tasks["Tuner"]["dependentTasks"]) == {"Transform"}
    assert set(tasks["Trainer"]["dependentTasks"]) == {"Transform", "Tuner"}
    assert tasks["Trainer"]["inputs"]["artifacts"]["hyperparameters"]["taskOutputArtifact"] == {
        "outputArtifactKey": "best_hyperparameters",
        "producerTask": "Tuner",
    }
    # How many trials run at a time is for the container, which may have more cores than the machine that compiles.
    custom = tasks["Tuner"]["inputs"]["parameters"]["custom_config"]["runtimeValue"]["constant"]
    assert json.loads(custom)["tune"]["parallel_trials"] == 4000
    # TFX's container knows an executor by its class.
    (executor,) = [name for name in compiled["deploymentSpec"]["executors"] if name.startswith("Tuner")]
    command = compiled["deploymentSpec"]["executors"][executor]["container"]
    assert "tfx_pipeline.tuning.executor.Executor" in [*command["args"], *command["command"]]


def test_a_warm_start_is_a_task_that_reads_the_pushed_models_alone(tmp_path):
    from tfx_pipeline.kubeflow import kubeflow_runner

    config = load_config(str(tiny_logs.write(tmp_path)), ["train.warm_start=true"])
    kubeflow_runner.compile_pipeline(config, output=str(tmp_path / "spec.yaml"))
    compiled = yaml.safe_load((tmp_path / "spec.yaml").read_text())
    tasks = compiled["root"]["dag"]["tasks"]
    assert set(tasks["WarmStart"]["dependentTasks"]) == {"BehaviourExampleGen"}
    assert set(tasks["Trainer"]["dependentTasks"]) == {"Transform", "WarmStart"}
    assert tasks["Trainer"]["inputs"]["artifacts"]["base_model"]["taskOutputArtifact"]["producerTask"] == "WarmStart"
    # TFX's container knows an executor by its class.
    (executor,) = [name for name in compiled["deploymentSpec"]["executors"] if name.startswith("WarmStart")]
    command = compiled["deploymentSpec"]["executors"][executor]["container"]
    assert "components.warm_start.executor.Executor" in [*command["args"], *command["command"]]


def test_another_ending_is_refused(tmp_path):
    from tfx_pipeline.kubeflow import kubeflow_runner

    config = load_config(str(tiny_logs.write(tmp_path)))
    with pytest.raises(ValueError, match=r"--output .*\.json: wanted a file that ends in \.yaml\."):
        kubeflow_runner.compile_pipeline(config, output=str(tmp_path / "x.json"))


def test_the_file_says_to_kubernetes_what_the_tasks_need(tmp_path):
    from tfx_pipeline.kubeflow import kubeflow_runner

    volume = ["kubeflow.volume_claim=tandem", f"kubeflow.volume_path={tmp_path}"]
    config = load_config(str(tiny_logs.write(tmp_path)), [*volume, "kubeflow.training={memory: 2Gi}"])
    path = kubeflow_runner.compile_pipeline(config, output=str(tmp_path / "spec.yaml"))
    specification, platform = yaml.safe_load_all(Path(path).read_text())
    executors = specification["deploymentSpec"]["executors"]
    asked = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert asked.keys() == executors.keys()
    assert {each["pvcMount"][0]["mountPath"] for each in asked.values()} == {str(tmp_path)}
    assert [name for name, each in executors.items() if "resources" in each["container"]] == ["Trainer_executor"]
    # Nothing half is left beside it.
    assert {each.name for each in tmp_path.iterdir()} == {"events.tsv", "items.tsv", "run", "spec.yaml", "tiny.yaml"}


def test_nothing_is_looked_for_where_tandem_lies_on_the_machine_that_compiles(kubeflow_file):
    assert str(BEHAVIOUR_SCHEMA_PATH.parents[1]) not in kubeflow_file.read_text()


def test_a_root_outside_the_volume_is_refused(tmp_path):
    from tfx_pipeline.kubeflow import kubeflow_runner

    volume = ["kubeflow.volume_claim=tandem", f"kubeflow.volume_path={tmp_path}/run/other"]
    config = load_config(str(tiny_logs.write(tmp_path)), volume)
    with pytest.raises(ConfigError, match=r"`root` is .*run, which does not lie in the volume"):
        kubeflow_runner.compile_pipeline(config, output=str(tmp_path / "spec.yaml"))
    assert not (tmp_path / "spec.yaml").exists()
