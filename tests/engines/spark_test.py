"""The pipeline's components on Spark: `make test-spark`."""

import pytest

from tests.support import beam_engines, lost_machines
from tfx_pipeline.config.beam_config import BeamConfig

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1800)]


@pytest.fixture(scope="session")
def spark(engine):
    """The fetched Spark. It stands first in each test: without it, nothing is run."""
    return engine("spark")


def settings(engine, **others):
    return BeamConfig("spark", job_server_jar=str(engine.job_server), **others)


def test_inside_the_job_server(spark, same_on):
    same_on(settings(spark, workers=2))


def test_the_commands_run_and_score(spark, commands_end_well_on):
    commands_end_well_on("runner=spark", "workers=2", f"job_server_jar={spark.job_server}")


def test_on_a_cluster_of_two_workers(spark, same_on, tmp_path_factory):
    with beam_engines.spark_cluster(spark, tmp_path_factory.mktemp("spark") / "cluster") as cluster:
        same_on(settings(spark, master=cluster.master, workers_as="process"))


def test_an_executor_that_is_killed_at_work_costs_time_alone(spark, same_on, tmp_path_factory):
    with (
        beam_engines.spark_cluster(spark, tmp_path_factory.mktemp("spark") / "cluster") as cluster,
        lost_machines.executor_lost(cluster, after_s=5) as pids,
    ):
        same_on(settings(spark, master=cluster.master, workers_as="process"), ("BehaviourExampleGen",))
    lost, *others = pids
    assert others, f"nobody took over from {lost}"
