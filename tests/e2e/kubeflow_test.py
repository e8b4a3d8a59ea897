"""The compiled specification, run task by task as a cluster does it, to a model that answers.

Each task is a process with a disk of its own. tests/support/kubeflow_cluster.py says what of a cluster this is.
"""

import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from serving.client.ranking_client import RankingClient
from serving.client.requests import RetrievalRequest
from serving.local_server.server import LocalServer
from serving.local_server.server_config import ServerConfig
from tests.support import kubeflow_cluster, tiny_logs
from tests.support.kubeflow_cluster import CACHED, FAILED, SKIPPED, SUCCEEDED, Cluster, Task
from tests.support.object_stores import FolderStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PIPELINE_ROOT = "minio://mlpipeline/tandem"
SETTINGS = [
    "model=unifiedssr",
    "unifiedssr.dim=16",
    "unifiedssr.num_layers=1",
    "train.epochs=3",
    "train.early_stopping_patience=0",
    "train.batch_size=8",
    "kubeflow.retries=1",
    "kubeflow.retry_after_s=0",
    "evaluation.judged_queries=0",
    "evaluation.baseline_examples=100",
]
PUSHES = ["evaluation.margin=-1"]
EVALUATION = {"BaselineModel", "Baselines", "CatalogueMetrics", "Evaluator", "Pusher", "ServabilityGate"}


@dataclass
class Submitted:
    """A first submission, whose first container that trained was killed."""

    folder: Path
    cluster: Cluster
    tasks: dict[str, Task]

    def compiled(self, *settings: str) -> Path:
        """The specification by other settings."""
        return compiled(self.folder, *settings)

    @property
    def versions(self) -> list[str]:
        """The versions of the pushed model."""
        pushed = self.folder / "run" / "pushed" / "tiny"
        return sorted(each.name for each in pushed.iterdir() if each.name.isdecimal())


def compiled(folder: Path, *settings: str) -> Path:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.kubeflow import kubeflow_runner

    config = load_config(str(folder / "tiny.yaml"), [*SETTINGS, *settings])
    return Path(kubeflow_runner.compile_pipeline(config, output=str(folder / "tiny.kubeflow.yaml")))


def killer_of_the_first_training(checkpoints: Path):
    """Kills the first container that trains, once an epoch was kept."""

    def kill(process: subprocess.Popen) -> None:
        while process.poll() is None:
            if list(checkpoints.rglob("training_metadata.json")):
                process.send_signal(signal.SIGKILL)
                return
            time.sleep(0.02)

    def watch(task: str, attempt: int, process: subprocess.Popen) -> None:
        if (task, attempt) == ("Trainer", 0):
            threading.Thread(target=kill, args=(process,)).start()

    return watch


@pytest.fixture(scope="module")
def submitted(tmp_path_factory) -> Submitted:
    base = tmp_path_factory.mktemp("a cluster")
    folder = base / "shared"  # What the volume holds: the log, and what outlives a run.
    tiny_logs.write(folder, rules=("popularity",))
    watch = killer_of_the_first_training(folder / "run" / "checkpoints")
    cluster = Cluster(FolderStore(base / "store"), base / "container", watch=watch)
    tasks = cluster.submit(compiled(folder, *PUSHES), PIPELINE_ROOT)
    assert all(each.state == SUCCEEDED for each in tasks.values()), kubeflow_cluster.told(tasks)
    print(kubeflow_cluster.told(tasks))
    return Submitted(folder, cluster, tasks)


def test_the_tasks_end_with_a_model_that_answers(submitted):
    assert len(submitted.tasks) == 14 and not list(submitted.cluster.scratch.iterdir())
    assert [name for name, each in submitted.tasks.items() if each.warnings] == []
    (version,) = submitted.versions
    pushed = str(submitted.folder / "run" / "pushed" / "tiny")
    with (
        LocalServer(ServerConfig("tiny", pushed, port=0, rest_api_port=0)) as server,
        RankingClient(server.rest_address, "tiny", timeout_s=30) as client,
    ):
        assert server.model.wait_until_settled() is None
        found = client.search(RetrievalRequest("u1", k=3, query="mug"))
    assert len(found) == 3


def test_a_container_that_is_killed_is_tried_again_and_its_training_goes_on(submitted):
    training = submitted.tasks["Trainer"]
    assert training.attempts == 2 and "exit status -9" in training.said
    first, second = training.said.split("exit status -9")
    assert "Going on where an interrupted training stopped" in second
    assert "Epoch 1/3: loss" in first and "Epoch 1/3: loss" not in second and "Epoch 3/3: loss" in second
    assert {each.attempts for name, each in submitted.tasks.items() if name != "Trainer"} == {1}


def test_a_second_submission_takes_from_the_cache_what_did_not_change(submitted):
    again = submitted.cluster.submit(submitted.compiled(*PUSHES), PIPELINE_ROOT)
    assert {each.state for each in again.values()} == {CACHED}
    # Another margin concerns the tasks that judge alone, and no model reaches this one.
    before = submitted.versions
    strict = submitted.cluster.submit(submitted.compiled("evaluation.margin=0.99"), PIPELINE_ROOT)
    assert {name for name, each in strict.items() if each.state != CACHED} <= EVALUATION
    assert {strict[name].state for name in ("Evaluator", "Pusher")} == {SUCCEEDED}, kubeflow_cluster.told(strict)
    assert submitted.versions == before
    assert strict["Pusher"].warnings == []


def test_a_task_that_fails_says_why_and_those_behind_it_do_not_run(submitted):
    events = submitted.folder / "events.tsv"
    whole = events.read_text()
    try:
        events.write_text(whole.replace("item_id", "article", 1))
        specification = submitted.compiled(*PUSHES)
        tasks = submitted.cluster.submit(specification, PIPELINE_ROOT)
    finally:
        events.write_text(whole)
    failed = tasks["ItemCatalog"]
    assert failed.state == FAILED and failed.attempts == 2
    assert re.search(rf"{re.escape(os.fspath(events))}.*item_id", failed.said)
    assert "exit status 1" in failed.said
    assert {name for name, each in tasks.items() if each.state == SKIPPED} > EVALUATION | {"Trainer", "Transform"}
