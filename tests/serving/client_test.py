"""The client against a real server, over both protocols."""

import socket

import pytest

from schemas.canonical_event import Surface, Token
from serving.call_error import CallError
from serving.client import RankedItem, RankingClient, WireProtocol
from serving.request_builder import RankRequest
from serving.retry import RetryPolicy
from serving.transport import VersionState
from tests.support.saved_models import BASE_SCORES, HISTORY_BONUS, QUERY_BONUS

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(params=list(WireProtocol))
def protocol(request):
    return request.param


def address_of(server, protocol):
    return server.rest_address if protocol is WireProtocol.REST else server.grpc_address


@pytest.fixture
def client(rank_server, protocol):
    with RankingClient(address_of(rank_server, protocol), "shop", protocol, timeout_s=30) as client:
        yield client


def test_ranks_best_first(client):
    history = (Token(Surface.RECOMMENDATION, ("c",)), Token(Surface.SEARCH, ("x", "b"), "red"))
    ranked = client.rank(RankRequest("1", ("a", "b", "c", "d"), "d", history))
    assert ranked == [
        RankedItem("d", QUERY_BONUS),
        RankedItem("b", BASE_SCORES["b"] + HISTORY_BONUS),
        RankedItem("c", BASE_SCORES["c"] + HISTORY_BONUS),
        RankedItem("a", BASE_SCORES["a"]),
    ]


def test_equal_scores_keep_the_requests_order(client):
    ranked = client.rank(RankRequest("1", ("z", "a", "y")))
    assert [item.item_id for item in ranked] == ["a", "z", "y"]


def test_several_users_in_one_call_get_only_their_own_candidates(client):
    first, second = client.rank_many([RankRequest("1", ("b", "a")), RankRequest("2", ("c",), "c")])
    assert [item.item_id for item in first] == ["a", "b"]
    assert second == [RankedItem("c", BASE_SCORES["c"] + QUERY_BONUS)]


def test_tells_the_versions(client):
    assert client.version_states() == [VersionState(7, "AVAILABLE")]


def test_an_unknown_model(rank_server, protocol):
    with RankingClient(address_of(rank_server, protocol), "no/such", protocol, timeout_s=30) as client:
        with pytest.raises(CallError) as caught:
            client.rank(RankRequest("1", ("a",)))
        with pytest.raises(CallError, match="Could not find any versions of model no/such"):
            client.version_states()
    assert (caught.value.code, caught.value.message) == (
        "NOT_FOUND",
        "Servable not found for request: Latest(no/such)",
    )


def test_a_model_without_the_signature(half_plus_two_server, protocol):
    address = address_of(half_plus_two_server, protocol)
    with (
        RankingClient(address, "half", protocol, timeout_s=30) as client,
        pytest.raises(CallError, match="rank.* not found") as caught,
    ):
        client.rank(RankRequest("1", ("a",)))
    assert caught.value.code in ("INVALID_ARGUMENT", "FAILED_PRECONDITION")


def test_nobody_there(protocol):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with RankingClient(address, "shop", protocol, retry=ONCE) as client, pytest.raises(CallError) as caught:
            client.rank(RankRequest("1", ("a",)))
    assert (caught.value.code, caught.value.address) == ("UNAVAILABLE", address)


def test_a_server_that_does_not_answer_in_time(protocol):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with (
            RankingClient(address, "shop", protocol, timeout_s=0.2, retry=ONCE) as client,
            pytest.raises(CallError) as caught,
        ):
            client.rank(RankRequest("1", ("a",)))
    assert caught.value.code == "DEADLINE_EXCEEDED"


class FewScores:
    """A server whose answers are too short."""

    def rank(self, requests):
        return [[1.0] for _ in requests]

    def close(self):
        pass


def test_an_answer_with_too_few_scores(monkeypatch):
    monkeypatch.setattr("serving.client._transport", lambda *arguments: FewScores())
    with pytest.raises(CallError, match="the answer has fewer scores than the request has candidates"):
        RankingClient("x:1", "shop").rank(RankRequest("1", ("a", "b")))
