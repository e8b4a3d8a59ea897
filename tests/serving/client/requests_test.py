import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client.requests import (
    RankRequest,
    RetrievalRequest,
    SessionsRequest,
    UserRequest,
    embed_items_call,
    embed_query_call,
    embed_user_call,
    explain_call,
    rank_call,
    retrieval_call,
    sessions_call,
    similar_items_call,
)

FEED = Token(Surface.RECOMMENDATION, ("mug",))
SESSION = Token(Surface.SEARCH, ("lamp", "vase"), "red")
UNCLICKED = Token(Surface.SEARCH, (), "blué")


def test_a_whole_request():
    request = RankRequest("17850", ("a", "b"), "red mug", (FEED, SESSION, UNCLICKED))
    assert rank_call([request]).inputs == {
        signatures.RANK_USER_ID: ["17850"],
        signatures.RANK_QUERY: ["red mug"],
        signatures.RANK_CANDIDATES: [["a", "b"]],
        signatures.RANK_HISTORY_SURFACES: [["recommendation", "search", "search"]],
        signatures.RANK_HISTORY_QUERIES: [["", "red", "blué"]],
        signatures.RANK_HISTORY_ITEMS: [[["mug", ""], ["lamp", "vase"], ["", ""]]],
    }


def test_explaining_asks_as_ranking_does():
    request = RankRequest("17850", ("a", "b"), "red mug", (FEED, SESSION, UNCLICKED), 86_400_000, {"device": "tablet"})
    call = explain_call(request)
    assert (call.signature, call.inputs) == (signatures.EXPLAIN, rank_call([request]).inputs)
    assert call.outputs == (signatures.SCORES, signatures.HISTORY_WEIGHTS)


def test_several_users_are_padded_at_the_end():
    requests = [RankRequest("1", ("a", "b", "c")), RankRequest("2", ("d",), history=(SESSION, FEED))]
    inputs = rank_call(requests).inputs
    assert inputs[signatures.RANK_CANDIDATES] == [["a", "b", "c"], ["d", "", ""]]
    assert inputs[signatures.RANK_HISTORY_SURFACES] == [["", ""], ["search", "recommendation"]]
    assert inputs[signatures.RANK_HISTORY_QUERIES] == [["", ""], ["red", ""]]
    assert inputs[signatures.RANK_HISTORY_ITEMS] == [[["", ""], ["", ""]], [["lamp", "vase"], ["mug", ""]]]


def test_an_empty_history_keeps_one_place_on_each_axis():
    inputs = rank_call([RankRequest("", ("a",))]).inputs
    assert inputs[signatures.RANK_HISTORY_SURFACES] == [[""]]
    assert inputs[signatures.RANK_HISTORY_ITEMS] == [[[""]]]


def test_refusals():
    with pytest.raises(ValueError, match="A request needs candidates. Received: none, for user '1'"):
        RankRequest("1", ())
    with pytest.raises(ValueError, match="A candidate is empty, which stands for padding."):
        RankRequest("1", ("a", ""))
    with pytest.raises(ValueError, match="A call needs at least one request. Received: none"):
        rank_call([])


def test_the_moment_is_told_where_a_request_tells_it():
    told = RankRequest("1", ("a",), timestamp_ms=86_400_000, context={"device": "tablet"})
    inputs = rank_call([told, RankRequest("2", ("b",))]).inputs
    assert inputs["timestamp_ms"] == [86_400_000, -1]
    assert inputs["device"] == ["tablet", ""]
    assert {"timestamp_ms", "device"}.isdisjoint(rank_call([RankRequest("2", ("b",))]).inputs)


def test_a_recommendation_has_no_query():
    request = RetrievalRequest("17850", k=3, history=(FEED,))
    call = retrieval_call(request)
    assert (call.signature, call.outputs) == (signatures.RECOMMEND, (signatures.ITEMS, signatures.SCORES))
    assert call.inputs == {
        signatures.RANK_USER_ID: ["17850"],
        signatures.RANK_HISTORY_SURFACES: [["recommendation"]],
        signatures.RANK_HISTORY_QUERIES: [[""]],
        signatures.RANK_HISTORY_ITEMS: [[["mug"]]],
        signatures.K: [3],
        signatures.EXCLUDE_SEEN: [False],
        signatures.CATEGORY: [[""]],
    }


def test_a_search_has_one():
    told = {"timestamp_ms": 5, "context": {"device": "tablet"}}
    call = retrieval_call(RetrievalRequest("1", query="red", exclude_seen=True, category=("home", "mugs"), **told))
    assert call.signature == signatures.SEARCH
    assert call.inputs[signatures.RANK_QUERY] == ["red"]
    assert call.inputs[signatures.EXCLUDE_SEEN] == [True]
    assert call.inputs[signatures.CATEGORY] == [["home", "mugs"]]
    assert (call.inputs["timestamp_ms"], call.inputs["device"]) == ([5], ["tablet"])
    assert signatures.RANK_CANDIDATES not in call.inputs


@pytest.mark.parametrize("k", [0, 10_001])
def test_a_number_of_items_that_makes_no_sense(k):
    with pytest.raises(ValueError, match=f"`k` should be from 1 to 10000. Received: k={k}"):
        RetrievalRequest("1", k=k)
    with pytest.raises(ValueError, match=f"`k` should be from 1 to 10000. Received: k={k}"):
        similar_items_call("a", k)


def test_what_is_like_an_item():
    call = similar_items_call("mug", 3)
    assert (call.signature, call.outputs) == (signatures.SIMILAR_ITEMS, (signatures.ITEMS, signatures.SCORES))
    assert call.inputs == {"item_id": ["mug"], "k": [3]}


def test_a_user_a_query_and_items_as_vectors():
    call = embed_user_call(UserRequest("1", (FEED,), timestamp_ms=5, context={"device": "tablet"}))
    assert (call.signature, call.outputs) == (signatures.EMBED_USER, (signatures.EMBEDDING,))
    assert call.inputs[signatures.RANK_HISTORY_ITEMS] == [[["mug"]]]
    assert (call.inputs["timestamp_ms"], call.inputs["device"]) == ([5], ["tablet"])
    assert embed_query_call("red").inputs == {"query": ["red"]}
    call = embed_items_call(("mug", "vase"))
    assert (call.inputs, call.outputs) == ({"item_id": ["mug", "vase"]}, (signatures.EMBEDDING, signatures.KNOWN))
    with pytest.raises(ValueError, match="A call needs at least one item. Received: none"):
        embed_items_call(())


def test_whose_sessions_of_which_surface():
    call = sessions_call(SessionsRequest("1", Surface.SEARCH, (SESSION,)))
    assert (call.signature, call.outputs) == (signatures.SESSIONS, ("tokens", "windows", "shares"))
    assert call.inputs == {
        signatures.RANK_USER_ID: ["1"],
        signatures.SESSIONS_SURFACE: ["search"],
        signatures.RANK_HISTORY_SURFACES: [["search"]],
        signatures.RANK_HISTORY_QUERIES: [["red"]],
        signatures.RANK_HISTORY_ITEMS: [[["lamp", "vase"]]],
    }
