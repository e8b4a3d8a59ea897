"""The whole server: ports, hot switches under load, and how it ends."""

import os
import shutil
import signal
import socket
import threading

import httpx
import pytest

from serving.local_server.models.versions import State
from serving.local_server.server import LocalServer, ServerConfig, serve_until_stopped
from tests.support.saved_models import save_half_plus


def config_of(base_path, **settings):
    return ServerConfig("half", str(base_path), port=0, rest_api_port=0, file_system_poll_wait_seconds=0.05, **settings)


def answer(client):
    response = client.post("/v1/models/half:predict", content=b'{"inputs": 0}')
    return response.status_code, response.json()


def test_opens_its_ports_before_there_is_a_model(half_plus_two, tmp_path):
    with (
        LocalServer(config_of(tmp_path)) as server,
        httpx.Client(base_url=f"http://{server.rest_address}", trust_env=False) as client,
    ):
        assert answer(client) == (404, {"error": "Servable not found for request: Latest(half)"})
        shutil.copytree(half_plus_two, tmp_path / "new")
        (tmp_path / "new").rename(tmp_path / "1")
        assert server.model.wait_for(1, State.AVAILABLE, timeout=60)
        assert answer(client) == (200, {"outputs": 2.0})


def test_switches_versions_without_failing_a_request(half_plus_two, tmp_path):
    base_path = tmp_path / "half"
    shutil.copytree(half_plus_two, base_path / "1")
    answers, stop = [], threading.Event()
    with LocalServer(config_of(base_path)) as server:
        assert server.model.wait_for(1, State.AVAILABLE, timeout=60)

        def ask():
            with httpx.Client(base_url=f"http://{server.rest_address}", trust_env=False, timeout=30) as client:
                while not stop.is_set():
                    answers.append(answer(client))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        save_half_plus(base_path / "2", addend=3.0)
        assert server.model.wait_for(1, State.END, timeout=60)
        seen = len(answers)
        while len(answers) < seen + 10:
            stop.wait(0.01)
        stop.set()
        for thread in threads:
            thread.join(30)
    assert {code for code, _ in answers} == {200}
    assert {body["outputs"] for _, body in answers} == {2.0, 3.0}
    assert all(body == {"outputs": 3.0} for _, body in answers[seen + 2 :])


def test_a_taken_port_is_an_error(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for ports in ({"port": port, "rest_api_port": 0}, {"port": 0, "rest_api_port": port}):
            with pytest.raises(OSError, match=f"Cannot listen on 127.0.0.1:{port}: "):
                LocalServer(ServerConfig("half", str(tmp_path), **ports)).start()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_serving_in_order(number, tmp_path, capsys):
    config = ServerConfig("half", str(tmp_path), port=free_port(), rest_api_port=free_port())
    url = f"http://127.0.0.1:{config.rest_api_port}/v1/models/half"
    codes = []

    def ask_and_signal():
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), trust_env=False) as client:
            codes.append(client.get(url).status_code)
        os.kill(os.getpid(), number)

    asking = threading.Thread(target=ask_and_signal)
    before = signal.getsignal(number)
    asking.start()
    serve_until_stopped(config)
    asking.join(30)
    assert codes == [404]
    line = f"Serving half: gRPC 127.0.0.1:{config.port}, REST http://127.0.0.1:{config.rest_api_port}\n"
    assert capsys.readouterr().out == line
    assert signal.getsignal(number) is before
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
