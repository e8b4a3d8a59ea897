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


@pytest.mark.parametrize(("retries", "begins_anew"), [(0, False), (1, True)])
def test_jobs_begin_anew_where_that_is_asked_for(retries, begins_anew, started, tmp_path):
    path = tmp_path / "a.jar"
    path.touch()
    begin(BeamConfig("flink", "localhost:8081", workers_as="process", job_server_jar=str(path), retries=retries))
    (server,) = engine_runners._STARTED.values()
    command, _ = server._job_server.subprocess_cmd_and_endpoint()
    assert ("--flink-conf-dir" in command) == begins_anew
    assert command[command.index("--flink-master") + 1] == "http://localhost:8081"


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
