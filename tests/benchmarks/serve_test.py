"""The report, of a model that takes no time. The server is in this process: starting another would take seconds."""

import contextlib
from pathlib import Path

import pytest

from benchmarks import serve
from benchmarks.figures.server_process import MODEL, ServerProcess
from serving.local_server.server import LocalServer, ServerConfig
from tests.support.retrieval_models import save_retrieval_model

SMALL = ["--steps", "2", "--seconds", "0.1", "--clients", "1", "2"]


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("pushed")
    save_retrieval_model(base_path / "7", {f"item-{number}": number / 100 for number in range(30)})
    return str(base_path)


@pytest.fixture
def here(monkeypatch):
    """Settings of the servers that were started."""
    started = []

    @contextlib.contextmanager
    def server_process(base_path, settings):
        started.append(settings)
        monitoring = str(Path(serve.__file__).parents[1] / "serving" / "deploy" / "monitoring.config")
        config = ServerConfig(MODEL, base_path, port=0, rest_api_port=0, monitoring_config_file=monitoring)
        with LocalServer(config) as server:
            assert server.model.wait_until_settled() is None
            yield ServerProcess(server.grpc_address, server.rest_address)

    monkeypatch.setattr(serve, "server_process", server_process)
    return started


def test_each_question_way_and_number_of_clients_is_measured(here, base_path, report_of):
    report = report_of(serve.main, "--base_path", base_path, *SMALL, "--set", "rest_api_num_threads=1")
    assert here == [["--rest_api_num_threads=1"]]
    assert report["workload"]["version"] == 7
    measured = [(row["question"], row["way"], row["clients"]) for row in report["requests"]]
    assert measured == [
        (name, way, clients)
        for name in ("rank 100", "rank 1000", "recommend 20")
        for way, clients in (("direct", 1), ("gRPC", 1), ("REST", 1), ("gRPC", 2), ("REST", 2))
    ]
    for row in report["requests"]:
        assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"]
        assert row["requests_per_second"] > 0
        if row["way"] != "direct":
            assert 0 < row["run_ms"] < row["handler_ms"]
    p50 = {(row["question"], row["way"]): row["p50_ms"] for row in report["requests"] if row["clients"] == 1}
    for row in report["overhead_ms_at_one_client"]:
        assert row["direct"] == p50[row["question"], "direct"]
        for way in ("gRPC", "REST"):
            assert abs(row[way] - (p50[row["question"], way] - row["direct"])) < 1e-9
