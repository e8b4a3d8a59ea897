import signal

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pipeline import Pipeline
from apache_beam.runners.portability import job_server

from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.engines import engine_runners
from tfx_pipeline.engines.beam_options import for_executors


@pytest.fixture
def started(monkeypatch):
    """The commands of the job servers that were started; none is."""
    commands = []

    def start(server):
        commands.append(server.path_to_jar())

    monkeypatch.setattr(job_server.SubprocessJobServer, "start", start)
    monkeypatch.setattr(job_server.atexit, "register", lambda _: None)
    monkeypatch.setattr(engine_runners, "_STARTED", {})
    return commands


def begin(config):
    options = PipelineOptions(for_executors(config))
    Pipeline(options=options).runner.create_job_service(options)


def test_a_process_has_one_job_server_for_the_same_options(started, tmp_path):
    jar, other = tmp_path / "a.jar", tmp_path / "b.jar"
    for path, job in ((jar, "a"), (jar, "b"), (other, "c"), (jar, "d")):
        path.touch()
        # Each component of TFX names and labels its jobs in its own way.
        begin(BeamConfig("flink", job_server_jar=str(path), args=(f"--job_name={job}", f"--labels=component={job}")))
    assert started == [str(jar), str(other)]


@pytest.mark.parametrize("engine", ["flink", "spark"])
def test_ctrl_c_does_what_it_did(engine, started, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    path = tmp_path / f"{engine}.jar"
    path.touch()
    try:
        begin(BeamConfig(engine, job_server_jar=str(path)))
        assert started and signal.getsignal(signal.SIGINT) is before
    finally:
        signal.signal(signal.SIGINT, before)
