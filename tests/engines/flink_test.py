"""The pipeline's components on Flink: `make test-flink`."""

import pytest

from tests.support import beam_engines
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


def test_on_a_cluster_of_two_task_managers(flink, same_on, tmp_path_factory):
    with beam_engines.flink_cluster(flink, tmp_path_factory.mktemp("flink")) as cluster:
        same_on(settings(flink, master=cluster.master, workers=2, workers_as="process"))
