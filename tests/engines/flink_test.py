"""The pipeline's components on Flink: `make test-flink`."""

import pytest

from tests.support import beam_engines, lost_machines
from tfx_pipeline.config.beam_config import BeamConfig

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1800)]


@pytest.fixture(scope="session")
def flink(engine):
    """The fetched Flink. It stands first in each test: without it, nothing is run."""
    return engine("flink")


def settings(engine, **others):
    return BeamConfig("flink", job_server_jar=str(engine.job_server), flink_version=engine.release.version, **others)


def test_inside_the_job_server(flink, same_on):
    same_on(settings(flink, workers=2))


def test_the_commands_run_and_score(flink, commands_end_well_on):
    version = flink.release.version
    commands_end_well_on("runner=flink", "workers=2", f"flink_version={version}", f"job_server_jar={flink.job_server}")


def test_on_a_cluster_of_two_task_managers(flink, same_on, tmp_path_factory):
    with beam_engines.flink_cluster(flink, tmp_path_factory.mktemp("flink")) as cluster:
        same_on(settings(flink, master=cluster.master, workers=2, workers_as="process"))


def test_a_task_manager_that_is_killed_at_work_costs_time_alone(flink, same_on, tmp_path_factory):
    # A third one waits, to take over.
    with beam_engines.flink_cluster(flink, tmp_path_factory.mktemp("flink"), task_managers=3) as cluster:
        beam = settings(flink, master=cluster.master, workers=2, workers_as="process", retries=1)
        with lost_machines.task_manager_lost(cluster, after_s=5) as loss:
            same_on(beam, ("BehaviourExampleGen",))
    assert (loss.restarted, loss.ended) == (True, "FINISHED")


def test_without_retries_a_killed_task_manager_fails_the_component(flink, same_on, tmp_path_factory):
    with beam_engines.flink_cluster(flink, tmp_path_factory.mktemp("flink")) as cluster:
        beam = settings(flink, master=cluster.master, workers=2, workers_as="process")
        with lost_machines.task_manager_lost(cluster, after_s=5) as loss, pytest.raises(RuntimeError, match="FAILED"):
            same_on(beam, ("BehaviourExampleGen",))
    assert (loss.restarted, loss.ended) == (False, "FAILED")
