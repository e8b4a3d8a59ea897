"""The whole server: its ports, and how it ends. Hot switches under load: `hot_reload_test.py`."""

import os
import signal
import socket
import threading

import httpx
import pytest

from serving.local_server.server import LocalServer, ServerConfig, serve_until_stopped
from tests.support.local_servers import free_ports


def test_a_taken_port_is_an_error(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for option in ("port", "rest_api_port"):
            with pytest.raises(OSError, match=f"Cannot listen on 127.0.0.1:{port}: "):
                LocalServer(free_ports("half", tmp_path, **{option: port})).start()


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
