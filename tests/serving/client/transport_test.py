"""Whichever client asks, over whichever protocol: the same comes back of a model, and of what is none."""

import socket

import pytest

from schemas import signatures
from serving.client.call import CallError
from serving.client.ranking_client import WireProtocol
from serving.client.requests import RankRequest
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from serving.local_server.models.versions import State
from serving.local_server.server import LocalServer, ServerConfig

ONCE = RetryPolicy(attempts=1)
REQUEST = RankRequest("1", ("a",))


def test_tells_what_the_model_can_be_asked_and_which_version_answers(way, rank_server):
    with way.client(way.address(rank_server)) as client:
        assert client.signature_names() == {signatures.RANK}
        assert client.version_states() == [VersionState(7, "AVAILABLE")]


@pytest.fixture(scope="module")
def broken_server(tmp_path_factory):
    """A server of a model whose only version, 3, is an empty file."""
    base_path = tmp_path_factory.mktemp("broken")
    (base_path / "3").mkdir()
    (base_path / "3" / "saved_model.pb").write_bytes(b"")
    config = ServerConfig("shop", str(base_path), port=0, rest_api_port=0, max_num_load_retries=0)
    with LocalServer(config) as server:
        assert server.model.wait_for(3, State.END, timeout=60)
        yield server


def test_tells_why_a_version_does_not_load(way, broken_server):
    with way.client(way.address(broken_server)) as client:
        (state,) = client.version_states()
    assert (state.version, state.state) == (3, "END")
    assert "cannot be loaded: " in state.error


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda client: client.rank(REQUEST), "Servable not found for request: Latest(no/such)"),
        (lambda client: client.version_states(), "Could not find any versions of model no/such"),
        (lambda client: client.signature_names(), "Servable not found for request: Latest(no/such)"),
    ],
)
def test_an_unknown_model(way, rank_server, ask, message):
    address = way.address(rank_server)
    with way.client(address, "no/such") as client, pytest.raises(CallError) as caught:
        ask(client)
    assert (caught.value.code, caught.value.message, caught.value.address) == ("NOT_FOUND", message, address)


@pytest.mark.parametrize(("listens", "code"), [(False, "UNAVAILABLE"), (True, "DEADLINE_EXCEEDED")])
def test_nobody_there_and_a_server_that_does_not_answer_in_time(way, listens, code):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        timeout_s = 0.2 if listens else 30
        with way.client(address, timeout_s=timeout_s, retry=ONCE) as client, pytest.raises(CallError) as caught:
            client.rank(REQUEST)
    assert (caught.value.code, caught.value.address) == (code, address)


def test_another_program_on_the_port(way, rank_server, played_rest):
    """Its page is not printed, whatever it is and whichever way it is asked."""
    with played_rest((200, b"<html><h1>Welcome</h1></html>")) as page:
        if way.protocol is WireProtocol.REST:
            programs = {page.address: " (HTTP 200, text/html)", rank_server.grpc_address: " by REST"}
        else:
            programs = dict.fromkeys([page.address, rank_server.rest_address], " by gRPC")
        for address, how in programs.items():
            for ask in (lambda client: client.rank(REQUEST), lambda client: client.version_states()):
                with way.client(address, retry=ONCE) as client, pytest.raises(CallError) as caught:
                    ask(client)
                assert caught.value.message == f"another program listens there, not a model server{how}"
