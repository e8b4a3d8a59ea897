"""REST beyond TF Serving's contract, which `tests/conformance/` holds it to."""

import socket

import pytest

from serving.local_server.models.model_manager import ModelManager
from tests.support.local_servers import free_ports, rest_client, serving

PREDICT = "/v1/models/half:predict"


@pytest.fixture(scope="module")
def client(half_plus_two_server):
    with rest_client(half_plus_two_server) as client:
        yield client


def test_lives_on_after_a_connection_that_breaks_off(client, half_plus_two_server):
    with socket.create_connection(("127.0.0.1", half_plus_two_server.rest_api_port)) as connection:
        connection.sendall(f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
    assert client.post(PREDICT, content=b'{"inputs": 0}').json() == {"outputs": 2.0}


def test_a_fault_of_the_server_is_told(client, monkeypatch, caplog):
    def fail(manager, spec):
        raise KeyError("x")

    monkeypatch.setattr(ModelManager, "status", fail)
    response = client.get("/v1/models/half")
    assert (response.status_code, response.json()) == (500, {"error": "KeyError: 'x'"})
    assert "A request failed in the server" in caplog.text


def test_pages_of_other_origins(tmp_path):
    shop = {"Origin": "https://shop.example"}
    with serving(free_ports("half", tmp_path, rest_api_enable_cors_support=True)) as server, rest_client(server) as ask:
        allowed = ask.options(PREDICT, headers=shop)
        assert (allowed.status_code, allowed.content) == (200, b"")
        assert allowed.headers["access-control-allow-methods"] == "POST, GET"
        assert allowed.headers["access-control-allow-headers"] == "Content-Type"
        assert ask.options(PREDICT, headers={"Origin": "shop"}).status_code == 400
        for response in (allowed, ask.get("/v1/models/half")):
            assert response.headers["access-control-allow-origin"] == "*"
    with serving(free_ports("half", tmp_path)) as server, rest_client(server) as ask:
        assert ask.options(PREDICT, headers=shop).status_code == 400
        assert "access-control-allow-origin" not in ask.get("/v1/models/half").headers
