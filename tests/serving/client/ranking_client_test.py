"""The client against a real server, over both protocols."""

import http.server
import socket
import threading

import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client.answers import DividedHistory, ExplainedItem, ItemVector, RankedItem, Session
from serving.client.call import CallError
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest, UserRequest
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from tests.support.retrieval_models import QUERY_BONUS as RETRIEVAL_BONUS
from tests.support.saved_models import BASE_SCORES, HISTORY_BONUS, QUERY_BONUS
from tests.support.vector_models import UNKNOWN

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


def test_explains_what_weighed(explaining_server, protocol):
    feed = (Token(Surface.RECOMMENDATION, ("b1",)), Token(Surface.RECOMMENDATION, ("c1",)))
    request = RankRequest("1", ("a1", "b2"), "", (*feed, Token(Surface.SEARCH, ("b2", "x"), "red")))
    with RankingClient(address_of(explaining_server, protocol), "shop", protocol, timeout_s=30) as client:
        first, second = client.explain(request)
        assert [(item.item_id, item.score) for item in (first, second)] == [("b2", pytest.approx(2.3)), ("a1", 0.5)]
        assert (first.weights, second.weights) == ((0.75, 0.25, 1.0), (0.5, 0.5, 1.0))
        assert client.explain(RankRequest("1", ("a1",))) == [ExplainedItem("a1", 0.5, ())]


@pytest.fixture
def shop_client(retrieval_server, protocol):
    address = address_of(retrieval_server, protocol)
    with RankingClient(address, "shop", protocol, timeout_s=30) as client:
        yield client


def test_recommends_from_the_whole_catalogue(shop_client):
    history = (Token(Surface.RECOMMENDATION, ("é",)),)
    ranked = shop_client.recommend(RetrievalRequest("1", k=3, history=history))
    assert ranked == [RankedItem("é", 5.0), RankedItem("d", 4.0), RankedItem("c", 3.0)]
    unseen = shop_client.recommend(RetrievalRequest("1", k=3, history=history, exclude_seen=True))
    assert unseen == [RankedItem("d", 4.0), RankedItem("c", 3.0), RankedItem("b", 2.0)]


def test_searches_the_whole_catalogue(shop_client):
    ranked = shop_client.search(RetrievalRequest("1", k=2, query="b"))
    assert ranked == [RankedItem("b", 2.0 + RETRIEVAL_BONUS), RankedItem("é", 5.0)]


def test_padding_is_no_item(shop_client):
    assert len(shop_client.recommend(RetrievalRequest("1", k=9))) == 5


def test_each_asks_with_its_own_kind_of_request(shop_client):
    with pytest.raises(ValueError, match="`recommend` takes no query, `search` does. Received: 'red'"):
        shop_client.recommend(RetrievalRequest("1", query="red"))
    with pytest.raises(ValueError, match="`search` needs a query, `recommend` does without. Received: an empty one"):
        shop_client.search(RetrievalRequest("1"))


def test_a_model_that_does_not_retrieve(client):
    with pytest.raises(CallError, match="recommend.* not found"):
        client.recommend(RetrievalRequest("1"))


def test_tells_what_the_model_can_be_asked(client, shop_client):
    assert client.signature_names() == {signatures.RANK}
    can_do = {signatures.RANK, signatures.RECOMMEND, signatures.SEARCH, signatures.SESSIONS}
    can_do |= {signatures.EMBED_USER, signatures.EMBED_QUERY, signatures.EMBED_ITEM, signatures.SIMILAR_ITEMS}
    assert shop_client.signature_names() == can_do


def test_finds_similar_items(shop_client):
    # Scores 1 to 5; d has 4.
    assert shop_client.similar_items("d", k=3) == [
        RankedItem("c", 0.875),
        RankedItem("é", 0.875),
        RankedItem("b", 0.75),
    ]
    assert len(shop_client.similar_items("d")) == 4
    assert shop_client.similar_items("nobody knows") == []


def test_tells_vectors(shop_client):
    history = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "red"))
    assert shop_client.embed_user(UserRequest("1", history)) == (2.0, 1.0)
    assert shop_client.embed_query("rosé") == (4.0, 0.0)
    vectors = [ItemVector("é", (5.0, 1.0), True), ItemVector("zzz", (UNKNOWN, 1.0), False)]
    assert shop_client.embed_items(("é", "zzz")) == vectors


def test_keeps_to_a_category(shop_client):
    assert shop_client.recommend(RetrievalRequest("1", category=("é",))) == [RankedItem("é", 5.0)]
    assert shop_client.search(RetrievalRequest("1", query="b", category=("zoo",))) == []


def test_tells_where_sessions_lie(shop_client):
    feed, search = Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "red")
    divided = shop_client.sessions(SessionsRequest("1", Surface.SEARCH, (feed, search, feed, search)))
    assert divided == DividedHistory(
        tokens=(1, 3),
        by_clicks=(Session(0.0, 1.0, (1.0, 0.0)), Session(1.0, 2.0, (0.0, 1.0))),
        by_queries=(Session(0.0, 0.5, (0.5, 0.0)), Session(0.5, 2.0, (0.5, 1.0))),
    )
    assert shop_client.sessions(SessionsRequest("1", Surface.RECOMMENDATION, (feed,))).by_queries == ()


def test_tells_the_versions(client):
    assert client.version_states() == [VersionState(7, "AVAILABLE")]


def test_tells_why_a_version_does_not_load(tmp_path, protocol):
    from serving.local_server.models.versions import State
    from serving.local_server.server import LocalServer, ServerConfig

    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "saved_model.pb").write_bytes(b"")
    config = ServerConfig("shop", str(tmp_path), port=0, rest_api_port=0, max_num_load_retries=0)
    with (
        LocalServer(config) as server,
        RankingClient(address_of(server, protocol), "shop", protocol, timeout_s=30) as client,
    ):
        assert server.model.wait_for(3, State.END, timeout=60)
        (state,) = client.version_states()
    assert (state.version, state.state) == (3, "END")
    assert "cannot be loaded: " in state.error


def test_an_unknown_model(rank_server, protocol):
    with RankingClient(address_of(rank_server, protocol), "no/such", protocol, timeout_s=30) as client:
        with pytest.raises(CallError) as caught:
            client.rank(RankRequest("1", ("a",)))
        with pytest.raises(CallError, match="Could not find any versions of model no/such"):
            client.version_states()
        with pytest.raises(CallError, match="Servable not found for request"):
            client.signature_names()
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


class Page(http.server.BaseHTTPRequestHandler):
    """Some other program: a page for whoever asks."""

    def do_GET(self):
        page = b"<html><h1>Welcome</h1></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


def test_another_program_on_the_port(rank_server):
    """Its page is not printed, whatever it is and whichever way it is asked."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = f"127.0.0.1:{other.server_port}"
        asked = {
            (page, WireProtocol.REST, "versions"): " (HTTP 200, text/html)",
            (page, WireProtocol.REST, "rank"): " (HTTP 501, text/html)",
            (page, WireProtocol.GRPC, "rank"): " by gRPC",
            (rank_server.grpc_address, WireProtocol.REST, "rank"): " by REST",
            (rank_server.rest_address, WireProtocol.GRPC, "rank"): " by gRPC",
        }
        for (address, way, what), how in asked.items():
            with (
                RankingClient(address, "shop", way, timeout_s=30, retry=ONCE) as client,
                pytest.raises(CallError) as caught,
            ):
                client.version_states() if what == "versions" else client.rank(RankRequest("1", ("a",)))
            assert caught.value.message == f"another program listens there, not a model server{how}"
        other.shutdown()


class FewScores:
    """A server whose answers are too short."""

    def predict(self, call):
        return {signatures.SCORES: [[1.0]]}

    def close(self):
        pass


def test_an_answer_with_too_few_scores(monkeypatch):
    monkeypatch.setattr("serving.client.ranking_client._transport", lambda *arguments: FewScores())
    with pytest.raises(CallError, match="the answer has fewer scores than the request has candidates"):
        RankingClient("x:1", "shop").rank(RankRequest("1", ("a", "b")))
