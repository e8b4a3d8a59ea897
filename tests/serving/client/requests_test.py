import re

import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client import requests
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest, UserRequest

FEED = Token(Surface.RECOMMENDATION, ("mug",))
SESSION = Token(Surface.SEARCH, ("lamp", "vase"), "red")
UNCLICKED = Token(Surface.SEARCH, (), "blué")
MOMENT = {"timestamp_ms": 86_400_000, "context": {"device": "tablet"}}
MOMENT_INPUTS = {"timestamp_ms": [86_400_000], "device": ["tablet"]}
USER_OF_FEED = {
    signatures.RANK_USER_ID: ["17850"],
    signatures.RANK_HISTORY_SURFACES: [["recommendation"]],
    signatures.RANK_HISTORY_QUERIES: [[""]],
    signatures.RANK_HISTORY_ITEMS: [[["mug"]]],
}
"""The inputs that tell of user 17850, whose history is `FEED`."""


def test_ranking_and_explaining_ask_alike():
    request = RankRequest("17850", ("a", "b"), "red mug", (FEED, SESSION, UNCLICKED), **MOMENT)
    inputs = {
        signatures.RANK_USER_ID: ["17850"],
        signatures.RANK_QUERY: ["red mug"],
        signatures.RANK_CANDIDATES: [["a", "b"]],
        signatures.RANK_HISTORY_SURFACES: [["recommendation", "search", "search"]],
        signatures.RANK_HISTORY_QUERIES: [["", "red", "blué"]],
        signatures.RANK_HISTORY_ITEMS: [[["mug", ""], ["lamp", "vase"], ["", ""]]],
        **MOMENT_INPUTS,
    }
    ranks, explains = requests.rank_call([request]), requests.explain_call(request)
    assert (ranks.signature, ranks.inputs) == (signatures.RANK, inputs)
    assert (explains.signature, explains.inputs) == (signatures.EXPLAIN, inputs)


def test_several_users_are_padded_at_the_end():
    asked = [RankRequest("1", ("a", "b", "c"), **MOMENT), RankRequest("2", ("d",), history=(SESSION, FEED))]
    assert requests.rank_call(asked).inputs == {
        signatures.RANK_USER_ID: ["1", "2"],
        signatures.RANK_QUERY: ["", ""],
        signatures.RANK_CANDIDATES: [["a", "b", "c"], ["d", "", ""]],
        signatures.RANK_HISTORY_SURFACES: [["", ""], ["search", "recommendation"]],
        signatures.RANK_HISTORY_QUERIES: [["", ""], ["red", ""]],
        signatures.RANK_HISTORY_ITEMS: [[["", ""], ["", ""]], [["lamp", "vase"], ["mug", ""]]],
        # What one request tells of the moment and another does not is unknown there.
        "timestamp_ms": [86_400_000, -1],
        "device": ["tablet", ""],
    }


def test_lists_for_several_users_are_asked_at_once():
    asked = [RetrievalRequest("1", 3, "", (FEED,), True), RetrievalRequest("2", 5, category=("home", "mugs"))]
    call = requests.retrieval_call(*asked)
    assert call.signature == signatures.RECOMMEND
    assert call.inputs == {
        signatures.RANK_USER_ID: ["1", "2"],
        signatures.RANK_HISTORY_SURFACES: [["recommendation"], [""]],
        signatures.RANK_HISTORY_QUERIES: [[""], [""]],
        signatures.RANK_HISTORY_ITEMS: [[["mug"]], [[""]]],
        "k": [3, 5],
        "exclude_seen": [True, False],
        "category": [["", ""], ["home", "mugs"]],
    }
    searches = requests.retrieval_call(RetrievalRequest("1", query="red"), RetrievalRequest("2", query="a"))
    assert (searches.signature, searches.inputs["query"]) == (signatures.SEARCH, ["red", "a"])
    vectors = requests.embed_user_call(UserRequest("1", (FEED,)), UserRequest("2"))
    assert vectors.inputs == {name: values for name, values in call.inputs.items() if name.startswith(("user", "hist"))}


def test_an_empty_history_keeps_one_place_on_each_axis_and_no_moment_is_told():
    inputs = requests.rank_call([RankRequest("", ("a",))]).inputs
    assert inputs[signatures.RANK_HISTORY_SURFACES] == inputs[signatures.RANK_HISTORY_QUERIES] == [[""]]
    assert inputs[signatures.RANK_HISTORY_ITEMS] == [[[""]]]
    assert MOMENT_INPUTS.keys().isdisjoint(inputs)


@pytest.mark.parametrize(
    ("call", "signature", "inputs"),
    [
        (
            requests.retrieval_call(RetrievalRequest("17850", 3, "", (FEED,))),
            signatures.RECOMMEND,
            USER_OF_FEED | {"k": [3], "exclude_seen": [False], "category": [[""]]},
        ),
        (
            requests.retrieval_call(RetrievalRequest("17850", 3, "red", (FEED,), True, ("home", "mugs"), **MOMENT)),
            signatures.SEARCH,
            USER_OF_FEED
            | {"query": ["red"], "k": [3], "exclude_seen": [True], "category": [["home", "mugs"]]}
            | MOMENT_INPUTS,
        ),
        (requests.similar_items_call("mug", 3), signatures.SIMILAR_ITEMS, {"item_id": ["mug"], "k": [3]}),
        (
            requests.embed_user_call(UserRequest("17850", (FEED,), **MOMENT)),
            signatures.EMBED_USER,
            USER_OF_FEED | MOMENT_INPUTS,
        ),
        (requests.embed_query_call("red"), signatures.EMBED_QUERY, {"query": ["red"]}),
        (requests.embed_items_call(("mug", "vase")), signatures.EMBED_ITEM, {"item_id": ["mug", "vase"]}),
        (requests.item_priors_call(("mug", "vase")), signatures.ITEM_PRIOR, {"item_id": ["mug", "vase"]}),
        (
            requests.sessions_call(SessionsRequest("17850", Surface.SEARCH, (FEED,))),
            signatures.SESSIONS,
            USER_OF_FEED | {"surface": ["search"]},
        ),
    ],
)
def test_the_other_calls(call, signature, inputs):
    assert (call.signature, call.inputs) == (signature, inputs)


def test_outputs_are_those_of_the_signature():
    assert requests.embed_items_call(("mug",)).outputs == (signatures.EMBEDDING, signatures.KNOWN)
    assert requests.similar_items_call("mug", 3).outputs == (signatures.ITEMS, signatures.SCORES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RankRequest("1", ()), "A request needs candidates. Received: none, for user '1'"),
        (lambda: RankRequest("1", ("a", "")), "A candidate is empty, which stands for padding."),
        (lambda: requests.rank_call([]), "A call needs at least one request. Received: none"),
        (lambda: requests.retrieval_call(), "A call needs at least one request. Received: none"),
        (lambda: requests.embed_user_call(), "A call needs at least one request. Received: none"),
        (
            lambda: requests.retrieval_call(RetrievalRequest("1"), RetrievalRequest("2", query="red")),
            "Requests with a query and without one need a call each.",
        ),
        (lambda: requests.embed_items_call(()), "A call needs at least one item. Received: none"),
        (lambda: requests.item_priors_call(()), "A call needs at least one item. Received: none"),
        (lambda: RetrievalRequest("1", k=0), "`k` should be from 1 to 10000. Received: k=0"),
        (lambda: RetrievalRequest("1", k=10_001), "`k` should be from 1 to 10000. Received: k=10001"),
        (lambda: requests.similar_items_call("a", 0), "`k` should be from 1 to 10000. Received: k=0"),
        (lambda: requests.similar_items_call("a", 10_001), "`k` should be from 1 to 10000. Received: k=10001"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


TAKEN = (signatures.RANK_TIMESTAMP_MS, "device", "city")


def test_a_moment_tells_a_model_what_it_takes():
    moment = requests.of_moment(TAKEN, 5, {"device": "tv", "age": "7"})
    assert moment == {"timestamp_ms": 5, "context": {"device": "tv", "city": ""}}
    assert requests.of_moment(("city",), 5, {"device": "tv"}) == {"timestamp_ms": None, "context": {"city": ""}}
    assert requests.of_moment((), 5) == {"timestamp_ms": None, "context": {}}


def test_this_moment_knows_what_it_is_told_and_nothing_else():
    now = requests.of_this_moment(TAKEN, {"city": "Rome"})
    assert now["timestamp_ms"] > 1_700_000_000_000 and now["context"] == {"device": "", "city": "Rome"}
    with pytest.raises(ValueError, match="the model takes no context 'age'; it takes device, city .transform.context"):
        requests.of_this_moment(TAKEN, {"age": "7"})
    with pytest.raises(ValueError, match="the model takes no context 'timestamp_ms'; it takes none"):
        requests.of_this_moment(TAKEN[:1], {"timestamp_ms": "7"})
