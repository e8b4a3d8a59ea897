import os

from apache_beam import version
from apache_beam.options.pipeline_options import FlinkRunnerOptions

from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.engines import job_server_jar


def test_the_file_lies_in_beams_cache_where_beam_itself_looks():
    newest = FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS[-1]
    name = f"beam-runners-flink-{newest}-job-server-{version.__version__}.jar"
    assert job_server_jar.path(BeamConfig("flink")) == os.path.expanduser(f"~/.apache_beam/cache/jars/{name}")


def test_another_flink_has_another_file():
    assert "/beam-runners-flink-1.17-job-server-" in job_server_jar.path(BeamConfig("flink", flink_version="1.17"))


def test_an_address_stays_an_address():
    assert job_server_jar.path(BeamConfig("spark", job_server_jar="gs://b/a.jar")) == "gs://b/a.jar"


def test_the_command_copies_it_there():
    assert job_server_jar.how_to_get(BeamConfig("spark")) == (
        f"mvn dependency:copy -Dartifact=org.apache.beam:beam-runners-spark-3-job-server:{version.__version__} "
        "-DoutputDirectory=~/.apache_beam/cache/jars"
    )
