"""The pipeline's components on Spark: `make test-spark`."""

import pytest

from tests.support import beam_engines
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


def test_on_a_cluster_of_two_workers(spark, same_on, tmp_path_factory):
    with beam_engines.spark_cluster(spark, tmp_path_factory.mktemp("spark") / "cluster") as cluster:
        same_on(settings(spark, master=cluster.master, workers_as="process"))
