import os
import sys

import pytest
from apache_beam.options import pipeline_options
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pipeline import Pipeline
from apache_beam.runners.portability.flink_runner import FlinkRunner
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.spark_runner import SparkRunner
from apache_beam.runners.portability.stager import Stager
from apache_beam.runners.runner import create_runner
from apache_beam.transforms import environments
from tfx.utils import dependency_utils

from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.engines.beam_options import for_executors
from tfx_pipeline.engines.flink_retries import RetryOptions


def parsed(options):
    """All options by name, as Beam's own parser reads them."""
    return PipelineOptions(options).get_all_options()


def runner(known):
    """The runner that Beam makes."""
    return create_runner(known["runner"])


def environment(options):
    """Where Python runs, as Beam tells an engine."""
    return environments.Environment.from_options(PipelineOptions(options).view_as(pipeline_options.PortableOptions))


ENGINES = [
    BeamConfig(),
    BeamConfig("multi_processing"),
    BeamConfig("flink"),
    BeamConfig("spark"),
    BeamConfig("flink", "far:8081", image="registry/tandem:1"),
    BeamConfig("spark", "spark://localhost:7077"),
    BeamConfig("dataflow", project="p", region="r", temp="gs://b/t", image="registry/tandem:1"),
]


@pytest.mark.parametrize("config", ENGINES, ids=lambda config: f"{config.runner} {config.master}")
def test_tfx_packs_nothing_and_beam_knows_every_option(config):
    options = for_executors(config)
    # TFX returns the options as they are where it packs nothing.
    assert dependency_utils.make_beam_dependency_flags(options) == options
    assert all(option.startswith("--") and "=" in option for option in options)
    known = parsed(options)
    assert [option for option in options if option[2:].split("=")[0] not in known] == []


def test_pipelines_run_in_this_process_and_nothing_is_downloaded_for_it():
    options = for_executors(PipelineConfig(name="any").beam)
    known = parsed(options)
    assert (known["direct_running_mode"], known["direct_num_workers"]) == ("in_memory", 1)
    assert type(Pipeline(options=PipelineOptions(options)).runner) is FnApiRunner


@pytest.mark.parametrize("workers", [0, 3])
def test_workers_as_processes_of_this_machine(workers):
    options = for_executors(BeamConfig("multi_processing", workers=workers))
    known = parsed(options)
    assert (known["direct_running_mode"], known["direct_num_workers"]) == ("multi_processing", workers)
    assert type(Pipeline(options=PipelineOptions(options)).runner) is FnApiRunner


def test_a_flink_inside_the_job_server(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = parsed(for_executors(BeamConfig("flink", workers=2, job_server_jar="own jar.jar", flink_version="1.18")))
    assert isinstance(runner(known), FlinkRunner)
    assert (known["flink_master"], known["parallelism"]) == ("[local]", 2)
    assert known["flink_job_server_jar"] == str(tmp_path / "own jar.jar")
    assert known["flink_version"] == "1.18"
    assert (known["environment_type"], known["environment_config"]) == ("LOOPBACK", None)


def test_a_flink_cluster_on_this_machine_starts_our_workers(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "/modules")
    config = BeamConfig("flink", "localhost:8081", workers=4, workers_per_machine=2, retries=3, temp="/shared/t/")
    options = for_executors(config)
    known = parsed(options)
    assert (known["flink_master"], known["parallelism"]) == ("localhost:8081", 4)
    assert int(known["sdk_worker_parallelism"]) == 2
    assert (known["temp_location"], known["artifacts_dir"]) == ("/shared/t/", "/shared/t/staged")
    where = environment(options)
    assert where.command == os.path.join(os.path.dirname(sys.executable), "tandem-beam-worker")
    assert where.env == {"PYTHONPATH": "/modules", "TANDEM_FOLDER": str(tmp_path)}
    # Python outlives a stage: it takes many seconds to import TensorFlow.
    assert int(known["environment_cache_millis"]) >= 60_000
    assert PipelineOptions(options).view_as(RetryOptions).flink_retries == 3


@pytest.mark.parametrize("engine", ["flink", "spark"])
def test_pip_is_not_asked_for_what_is_installed(engine, tmp_path, caplog):
    options = PipelineOptions(for_executors(BeamConfig(engine)))
    staged = Stager.create_job_resources(options, str(tmp_path), log_submission_env_dependencies=True)
    # With pip there would be a list to send, without it a warning.
    assert (staged, caplog.text) == ([], "")


def test_nothing_begins_anew_unless_it_is_asked_for():
    assert not [option for option in for_executors(BeamConfig("flink")) if "retr" in option]


@pytest.mark.parametrize(("workers", "master"), [(0, "local[*]"), (2, "local[2]")])
def test_a_spark_inside_the_job_server(workers, master):
    known = parsed(for_executors(BeamConfig("spark", workers=workers)))
    assert isinstance(runner(known), SparkRunner)
    assert (known["spark_master_url"], known["environment_type"]) == (master, "LOOPBACK")
    assert known["spark_job_server_jar"].startswith(
        os.path.expanduser("~/.apache_beam/cache/jars/beam-runners-spark-3-")
    )


def test_workers_in_containers():
    options = for_executors(BeamConfig("flink", "far:8081", image="registry/tandem:1"))
    assert environment(options).container_image == "registry/tandem:1"
    assert parsed(options)["sdk_container_image"] == "registry/tandem:1"


def test_a_pool_of_workers():
    config = BeamConfig("spark", "spark://far:7077", workers_as="worker_pool", worker_pool="localhost:50000")
    assert environment(for_executors(config)).url == "localhost:50000"


def test_a_job_server_that_runs_needs_no_file():
    for engine in ("flink", "spark"):
        options = for_executors(BeamConfig(engine, job_server="localhost:8099"))
        assert parsed(options)["job_endpoint"] == "localhost:8099"
        assert not [option for option in options if "job_server_jar" in option]


def test_dataflow_has_its_project_folders_and_image():
    known = parsed(
        for_executors(BeamConfig("dataflow", project="p", region="r", temp="gs://b/t", image="i:1", workers=20))
    )
    assert (known["runner"], known["project"], known["region"]) == ("DataflowRunner", "p", "r")
    assert (known["temp_location"], known["staging_location"]) == ("gs://b/t", "gs://b/t/staged")
    assert (known["sdk_container_image"], known["sdk_location"], known["max_num_workers"]) == ("i:1", "container", 20)


@pytest.mark.parametrize("config", ENGINES, ids=lambda config: f"{config.runner} {config.master}")
def test_no_engine_is_sent_the_main_module(config):
    # Our functions lie in modules that workers import.
    assert parsed(for_executors(config))["save_main_session"] is False


def test_own_options_win(tmp_path):
    own = ("--runner=DirectRunner", "--direct_num_workers=7", "--sdk_container_image=mine")
    options = for_executors(BeamConfig(args=own))
    assert tuple(options[-3:]) == own
    known = parsed(options)
    assert (known["runner"], known["direct_num_workers"], known["sdk_container_image"]) == ("DirectRunner", 7, "mine")
    # Of another engine it is not known what its workers have.
    assert "--sdk_container_image=none" not in for_executors(BeamConfig(args=("--runner=DataflowRunner",)))
