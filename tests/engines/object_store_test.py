"""A compiled specification whose artifacts lie in a store that speaks S3: a server on loopback, built by Go."""

import itertools
import socket
from pathlib import Path

import pytest

from tests.support import kubeflow_cluster, object_stores, tiny_logs
from tests.support.kubeflow_cluster import CACHED, SUCCEEDED, TYPE_FORMS, Cluster

pytestmark = [pytest.mark.engine, pytest.mark.timeout(3600)]

SETTINGS = [
    "retriever.model=unifiedssr",
    "retriever.train.epochs=1",
    "unifiedssr.dim=16",
    "unifiedssr.num_layers=1",
    "train.epochs=1",
    "evaluation.judged_queries=0",
    "evaluation.baseline_examples=100",
    "evaluation.margin=-1",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    program = object_stores.fetched_gateway()
    if isinstance(program, str):
        pytest.skip(program)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with object_stores.s3_server(tmp_path_factory.mktemp("store"), program, port) as store:
        store.make_bucket("tandem")
        yield store


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("a shop")
    tiny_logs.write(folder, rules=("popularity",))
    return folder


@pytest.fixture(scope="module")
def specification(shop) -> Path:
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.kubeflow import kubeflow_runner

    config = load_config(str(shop / "tiny.yaml"), SETTINGS)
    return Path(kubeflow_runner.compile_pipeline(config, output=str(shop / "tiny.kubeflow.yaml")))


def test_all_tasks_read_and_write_the_store(store, specification, shop, tmp_path):
    # As a launcher without a metadata store, which asks for every output.
    cluster = Cluster(store, tmp_path, keeps_logs=True, missing_is_error=True)
    tasks = cluster.submit(specification, "s3://tandem/runs")
    print(kubeflow_cluster.told(tasks))
    assert {each.state for each in tasks.values()} == {SUCCEEDED}, kubeflow_cluster.told(tasks)
    assert {"RetrieverTrainer", "Trainer", "RetrieveThenRank", "Pusher"} <= tasks.keys()
    (pushed,) = (shop / "run" / "pushed" / "tiny").iterdir()
    assert (pushed / "saved_model.pb").exists()
    # The address of a key is the bucket, the run's root, the pipeline, the run, the task, its execution and the output.
    written = {(task, output) for *_, task, _, output in (key.split("/")[:7] for key in store.keys("tandem"))}
    assert {("Trainer", "model"), ("BehaviourExampleGen", "examples"), ("Transform", "transform_graph")} <= written
    assert {task for task, output in written if output == "executor-logs"} == tasks.keys()

    again = cluster.submit(specification, "s3://tandem/runs")
    assert {each.state for each in again.values()} == {CACHED}


@pytest.mark.parametrize(("types_as", "scheme"), zip(TYPE_FORMS, itertools.cycle(["minio", "s3", "gs"])))
def test_types_arrive_in_any_form_and_addresses_of_any_store(types_as, scheme, store, specification, tmp_path):
    """The driver's forms, and the names by which a launcher may know the same store."""
    cluster = Cluster(store, tmp_path, types_as=types_as)
    tasks = cluster.submit(specification, f"{scheme}://tandem/forms", until="StatisticsGen")
    assert {each.state for each in tasks.values()} == {SUCCEEDED}, kubeflow_cluster.told(tasks)
    assert {"ItemCatalog", "BehaviourExampleGen", "StatisticsGen"} <= tasks.keys()
