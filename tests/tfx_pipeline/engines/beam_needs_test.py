import http.server
import json
import os
import socket
import threading

import pytest

from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.engines import beam_needs, beam_options, job_server_jar


@pytest.fixture
def jar(tmp_path):
    path = tmp_path / "server.jar"
    path.touch()
    return str(path)


@pytest.fixture(autouse=True)
def programs(tmp_path, monkeypatch):
    """A folder of programs, the only one: `java` is there, and the worker is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "java")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(beam_options, "worker_command", lambda: str(folder / "java"))
    return folder


def program(folder, name, script="exit 0"):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def flink():
    """Starts a server that answers as the job manager of a Flink does, and returns its address."""
    servers = []

    def start(**overview):
        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.path == "/overview" else 404)
                self.end_headers()
                self.wfile.write(json.dumps(overview).encode())

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def nobody():
    """An address at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"127.0.0.1:{port}"


def only(config, root="/run"):
    (said,) = beam_needs.missing(config, root)
    return said


@pytest.mark.parametrize("runner", ["direct", "multi_processing"])
def test_beams_own_runner_needs_nothing(runner, programs):
    (programs / "java").unlink()
    assert beam_needs.missing(BeamConfig(runner, job_server_jar="none"), "/run") == []


@pytest.mark.parametrize("runner", ["flink", "spark"])
def test_what_is_there_is_let_pass(runner, jar):
    assert beam_needs.missing(BeamConfig(runner, job_server_jar=jar), "/run") == []


def test_no_java(programs, jar):
    (programs / "java").unlink()
    assert only(BeamConfig("spark", job_server_jar=jar)).startswith(
        "beam.runner = spark: there is no `java`, which the job server needs. Install Java 11 or 17"
    )


def test_no_job_server(tmp_path):
    config = BeamConfig("flink", job_server_jar=str(tmp_path / "none.jar"))
    said = only(config)
    assert said.startswith(f"beam.job_server_jar = {tmp_path}/none.jar: no such file. Fetch it with `mvn ")
    assert job_server_jar.how_to_get(config) in said


def test_a_flink_that_this_beam_does_not_speak_to(jar):
    known = ", ".join(job_server_jar.known_flinks())
    assert only(BeamConfig("flink", job_server_jar=jar, flink_version="0.9")).startswith(
        f"beam.flink_version = 0.9: the installed Beam speaks to Flink {known}. Set one of these"
    )


def test_a_cluster_of_the_right_flink_passes(flink, jar):
    version = job_server_jar.known_flinks()[0]
    master = flink(**{"flink-version": f"{version}.3", "slots-total": 2})
    config = BeamConfig("flink", master, workers=2, job_server_jar=jar, flink_version=version)
    assert beam_needs.missing(config, "/run") == []


def test_a_cluster_of_another_flink_than_the_job_server(flink, jar):
    older, newest = job_server_jar.known_flinks()[0], job_server_jar.known_flinks()[-1]
    master = flink(**{"flink-version": f"{older}.2", "slots-total": 1})
    assert only(BeamConfig("flink", master, job_server_jar=jar)) == (
        f"beam.master = {master}: that is Flink {older}.2, and the job server would be one for Flink {newest}. Set "
        f"`beam.flink_version: {older}`."
    )
    strange = flink(**{"flink-version": "9.1.0", "slots-total": 1})
    assert "The installed Beam knows Flink " in only(BeamConfig("flink", strange, job_server_jar=jar))


def test_more_workers_than_slots(flink, jar):
    version = job_server_jar.known_flinks()[-1]
    master = flink(**{"flink-version": f"{version}.0", "slots-total": 4})
    said = only(BeamConfig("flink", master, workers=5, job_server_jar=jar))
    assert said.startswith(
        f"beam.master = {master}: its task managers have 4 slots, and a job wants 5 (`beam.workers`)."
    )
    empty = flink(**{"flink-version": f"{version}.0", "slots-total": 0})
    assert "have 0 slots, and a job wants 1" in only(BeamConfig("flink", empty, job_server_jar=jar))


def test_a_cluster_that_does_not_answer(nobody, jar):
    assert only(BeamConfig("flink", nobody, job_server_jar=jar)).startswith(
        f"beam.master = {nobody}: no Flink answers there ("
    )
    said = only(BeamConfig("spark", f"spark://{nobody}", job_server_jar=jar))
    assert said.startswith(f"beam.master = spark://{nobody}: nothing answers there (") and "Start the master." in said


def test_a_job_server_that_does_not_answer(nobody, programs):
    (programs / "java").unlink()  # It runs already: none is started.
    assert only(BeamConfig("flink", job_server=nobody)).startswith(
        f"beam.job_server = {nobody}: nothing answers there ("
    )


def test_no_worker_to_start(jar, tmp_path, monkeypatch):
    command = str(tmp_path / "none")
    monkeypatch.setattr(beam_options, "worker_command", lambda: command)
    assert only(BeamConfig("spark", workers_as="process", job_server_jar=jar)).startswith(
        f"beam.workers_as = process: there is no {command}, which the engine would start. Install Tandem"
    )


def test_no_worker_pool(jar, nobody):
    said = only(BeamConfig("spark", workers_as="worker_pool", worker_pool=nobody, job_server_jar=jar))
    assert said.startswith(f"beam.worker_pool = {nobody}: nothing answers there (")
    assert f"--service_port={nobody.rpartition(':')[2]}`" in said


def test_no_docker_and_a_docker_that_does_not_run(jar, programs):
    config = BeamConfig("flink", workers_as="docker", image="i", job_server_jar=jar)
    said = only(config, "gs://b/run")
    assert 'could not run the program "docker", which is not here. Install and start Docker, or set' in said
    program(programs, "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    assert "`docker info` finds no running Docker (Cannot connect to the Docker daemon). " in only(config, "gs://b/run")
    program(programs, "docker")
    assert beam_needs.missing(config, "gs://b/run") == []


def test_containers_that_do_not_see_the_root(jar, programs):
    program(programs, "docker")
    said = only(BeamConfig("flink", workers_as="docker", image="i", job_server_jar=jar), "/run")
    assert said.startswith("root = /run: workers in containers and on Google's machines do not see this folder")


def test_dataflow_wants_a_remote_root_and_its_packages(monkeypatch):
    config = BeamConfig("dataflow", project="p", region="r", temp="gs://b/t", image="i")
    assert beam_needs.missing(config, "gs://b/run") == []
    assert only(config).startswith("root = /run: ")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert only(config, "gs://b/run").startswith("beam.runner = dataflow: Beam's part for Google's services is not ins")


def test_everything_is_told_at_once(programs, tmp_path):
    os.unlink(programs / "java")
    config = BeamConfig("spark", workers_as="docker", image="i", job_server_jar=str(tmp_path / "none"))
    assert [said.split(" = ")[0] for said in beam_needs.missing(config, "/run")] == [
        "beam.runner",
        "beam.job_server_jar",
        "beam.workers_as",
        "root",
    ]
