"""Every question and its answer: both clients against real servers, over both protocols."""

import pytest

from schemas.canonical_event import Surface, Token
from serving.client.answers import DividedHistory, ExplainedItem, ItemVector, RankedItem, Session
from serving.client.call import CallError
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest, UserRequest
from tests.support.retrieval_models import QUERY_BONUS as RETRIEVAL_BONUS
from tests.support.saved_models import BASE_SCORES, HISTORY_BONUS, QUERY_BONUS
from tests.support.vector_models import UNKNOWN

FEED, SEARCH = Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "red")


@pytest.fixture
def ranker(way, rank_server):
    with way.client(way.address(rank_server)) as client:
        yield client


@pytest.fixture
def retriever(way, retrieval_server):
    """Of a catalogue of a, b, c, d and é, with scores from 1 to 5."""
    with way.client(way.address(retrieval_server)) as client:
        yield client


def test_ranks_best_first(ranker):
    history = (Token(Surface.RECOMMENDATION, ("c",)), Token(Surface.SEARCH, ("x", "b"), "red"))
    ranked = ranker.rank(RankRequest("1", ("a", "b", "c", "d"), "d", history))
    assert ranked == [
        RankedItem("d", QUERY_BONUS),
        RankedItem("b", BASE_SCORES["b"] + HISTORY_BONUS),
        RankedItem("c", BASE_SCORES["c"] + HISTORY_BONUS),
        RankedItem("a", BASE_SCORES["a"]),
    ]
    assert [item.item_id for item in ranker.rank(RankRequest("1", ("z", "a", "y")))] == ["a", "z", "y"]


def test_several_users_in_one_call_get_only_their_own_candidates(ranker):
    first, second = ranker.rank_many([RankRequest("1", ("b", "a")), RankRequest("2", ("c",), "c")])
    assert [item.item_id for item in first] == ["a", "b"]
    assert second == [RankedItem("c", BASE_SCORES["c"] + QUERY_BONUS)]


def test_explains_what_weighed(way, explaining_server):
    history = (Token(Surface.RECOMMENDATION, ("b1",)), Token(Surface.RECOMMENDATION, ("c1",)), SEARCH)
    with way.client(way.address(explaining_server)) as client:
        first, second = client.explain(RankRequest("1", ("a1", "b2"), "", history))
        assert [(item.item_id, item.score) for item in (first, second)] == [("b2", pytest.approx(2.3)), ("a1", 0.5)]
        assert (first.weights, second.weights) == ((0.75, 0.25, 1.0), (0.5, 0.5, 1.0))
        assert client.explain(RankRequest("1", ("a1",))) == [ExplainedItem("a1", 0.5, ())]


def test_recommends_from_the_whole_catalogue(retriever):
    history = (Token(Surface.RECOMMENDATION, ("é",)),)
    best = [RankedItem("é", 5.0), RankedItem("d", 4.0), RankedItem("c", 3.0), RankedItem("b", 2.0)]
    request = RetrievalRequest("1", k=3, history=history)
    assert retriever.recommend(request) == retriever.retrieve(request) == best[:3]
    assert retriever.recommend(RetrievalRequest("1", k=3, history=history, exclude_seen=True)) == best[1:]
    assert retriever.recommend(RetrievalRequest("1", category=("é",))) == best[:1]
    # Of nine places, four hold padding.
    assert len(retriever.recommend(RetrievalRequest("1", k=9))) == 5
    with pytest.raises(ValueError, match="`recommend` takes no query"):
        retriever.recommend(RetrievalRequest("1", query="red"))


def test_searches_the_whole_catalogue(retriever):
    request = RetrievalRequest("1", k=2, query="b")
    best = [RankedItem("b", 2.0 + RETRIEVAL_BONUS), RankedItem("é", 5.0)]
    assert retriever.search(request) == retriever.retrieve(request) == best
    assert retriever.search(RetrievalRequest("1", query="b", category=("zoo",))) == []
    with pytest.raises(ValueError, match="`search` needs a query"):
        retriever.search(RetrievalRequest("1"))


def test_a_model_that_does_not_retrieve(ranker):
    with pytest.raises(CallError, match="recommend.* not found") as caught:
        ranker.recommend(RetrievalRequest("1"))
    assert caught.value.code in ("INVALID_ARGUMENT", "FAILED_PRECONDITION")


def test_finds_similar_items(retriever):
    # Scores 1 to 5; d has 4.
    similar = [RankedItem("c", 0.875), RankedItem("é", 0.875), RankedItem("b", 0.75)]
    assert retriever.similar_items("d", k=3) == similar
    assert len(retriever.similar_items("d")) == 4
    assert retriever.similar_items("nobody knows") == []


def test_tells_vectors(retriever):
    assert retriever.embed_user(UserRequest("1", (FEED, SEARCH))) == (2.0, 1.0)
    assert retriever.embed_query("rosé") == (4.0, 0.0)
    vectors = [ItemVector("é", (5.0, 1.0), True), ItemVector("zzz", (UNKNOWN, 1.0), False)]
    assert retriever.embed_items(("é", "zzz")) == vectors


def test_tells_priors(retriever):
    assert retriever.item_priors(("rosé", "b")) == [4.0, 1.0]
    with pytest.raises(ValueError, match="A call needs at least one item"):
        retriever.item_priors(())


def test_tells_where_sessions_lie(retriever):
    divided = retriever.sessions(SessionsRequest("1", Surface.SEARCH, (FEED, SEARCH, FEED, SEARCH)))
    assert divided == DividedHistory(
        tokens=(1, 3),
        by_clicks=(Session(0.0, 1.0, (1.0, 0.0)), Session(1.0, 2.0, (0.0, 1.0))),
        by_queries=(Session(0.0, 0.5, (0.5, 0.0)), Session(0.5, 2.0, (0.5, 1.0))),
    )
    assert retriever.sessions(SessionsRequest("1", Surface.RECOMMENDATION, (FEED,))).by_queries == ()
