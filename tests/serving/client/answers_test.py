import functools

import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client import answers
from serving.client.answers import DividedHistory, ExplainedItem, ItemVector, RankedItem, Session
from serving.client.requests import RankRequest

HISTORY = (Token(Surface.RECOMMENDATION, ("x",)), Token(Surface.SEARCH, (), "mug"))


def test_candidates_best_first_each_with_its_own_request():
    requests = [RankRequest("1", ("a", "b", "c")), RankRequest("2", ("d",))]
    assert answers.ranked_candidates(requests, {"scores": [[0.5, 0.75, 0.5], [0.25, 0, 0]]}) == [
        [RankedItem("b", 0.75), RankedItem("a", 0.5), RankedItem("c", 0.5)],
        [RankedItem("d", 0.25)],
    ]


def test_explained_candidates_best_first_with_a_weight_for_each_token():
    outputs = {"scores": [[0.25, 0.5]], "history_weights": [[[1, 0.5], [0, 1]]]}
    expected = [ExplainedItem("b", 0.5, (0.0, 1.0)), ExplainedItem("a", 0.25, (1.0, 0.5))]
    assert answers.explained_candidates(RankRequest("1", ("a", "b"), history=HISTORY), outputs) == expected
    # An empty history is sent as one place of padding, of which nothing is told.
    alone = {"scores": [[0.5]], "history_weights": [[[0]]]}
    assert answers.explained_candidates(RankRequest("1", ("a",)), alone) == [ExplainedItem("a", 0.5, ())]


def test_retrieved_items_without_padding():
    outputs = {"items": [["b", "a", ""]], "scores": [[2, 1, 0]]}
    assert answers.retrieved_items(outputs) == [RankedItem("b", 2.0), RankedItem("a", 1.0)]
    with_sources = outputs | {"sources": [["words", "vectors", ""]]}
    assert answers.retrieved_items(with_sources) == [RankedItem("b", 2.0, "words"), RankedItem("a", 1.0, "vectors")]


def test_vectors_in_the_order_of_the_request():
    assert answers.only_vector({"embedding": [[1, 0.5]]}) == (1.0, 0.5)
    outputs = {"embedding": [[1, 2], [3, 4]], "known": [True, False]}
    assert answers.item_vectors(["a", "b"], outputs) == [
        ItemVector("a", (1.0, 2.0), True),
        ItemVector("b", (3.0, 4.0), False),
    ]


def test_priors_in_the_order_of_the_request():
    assert answers.item_priors(["a", "b"], {"prior": [2, -0.5]}) == [2.0, -0.5]


DIVIDED = {
    signatures.SESSION_TOKENS: [[2, 5, -1]],
    signatures.SESSION_WINDOWS: [[[0, 1.25], [1.25, 2]]],
    signatures.SESSION_SHARES: [[[1, 0.25, 0], [0, 0.75, 0]]],
}
"""Two events, and room for a third, which is left out."""
BY_CLICKS = (Session(0.0, 1.25, (1.0, 0.25)), Session(1.25, 2.0, (0.0, 0.75)))


@pytest.mark.parametrize(
    ("windows", "shares", "by_queries"),
    [
        ([[0, 2], [2, 2]], [[1, 1, 0], [0, 0, 0]], (Session(0.0, 2.0, (1.0, 1.0)), Session(2.0, 2.0, (0.0, 0.0)))),
        # Empty windows are windows; only if all are at 0, the model says nothing of queries.
        ([[0, 0], [2, 2]], [[0] * 3] * 2, (Session(0.0, 0.0, (0.0, 0.0)), Session(2.0, 2.0, (0.0, 0.0)))),
        ([[0, 0], [0, 0]], [[0] * 3] * 2, ()),
    ],
)
def test_sessions_by_queries(windows, shares, by_queries):
    queries = {signatures.QUERY_WINDOWS: [windows], signatures.QUERY_SHARES: [shares]}
    assert answers.divided_history(DIVIDED | queries) == DividedHistory((2, 5), BY_CLICKS, by_queries)
    assert answers.divided_history(DIVIDED) == DividedHistory((2, 5), BY_CLICKS)


ASKED = RankRequest("1", ("a", "b"), history=HISTORY)
ranked = functools.partial(answers.ranked_candidates, [ASKED])
explained = functools.partial(answers.explained_candidates, ASKED)
vectors = functools.partial(answers.item_vectors, ["a"])
FEW_SCORES = "the answer has fewer scores than the request has candidates"
FEW_WEIGHTS = "the answer has fewer weights than the request has history tokens"
OTHER_SOURCES = "the answer should have as many sources as items"
OTHER_ITEMS = "the answer should have one row of items and as many scores"
TWICE = {name: values * 2 for name, values in DIVIDED.items()}


@pytest.mark.parametrize(
    ("read", "outputs", "message"),
    [
        (ranked, {"scores": []}, FEW_SCORES),
        (ranked, {"scores": [[0.5]]}, FEW_SCORES),
        (ranked, {"scores": [[0.5, 0.5], [0.5, 0.5]]}, FEW_SCORES),
        (ranked, {"scores": [0.5]}, "not iterable"),
        (explained, {"scores": [[0.5, 0.5]], "history_weights": [[[0], [0]]]}, FEW_WEIGHTS),
        (explained, {"scores": [[0.5]], "history_weights": [[[0, 0]]]}, "zip"),
        (answers.retrieved_items, {"items": [["a"]], "scores": [[1, 2]]}, OTHER_ITEMS),
        (answers.retrieved_items, {"items": [["a"]] * 2, "scores": [[1]] * 2}, OTHER_ITEMS),
        (answers.retrieved_items, {"items": [], "scores": []}, OTHER_ITEMS),
        (answers.retrieved_items, {"items": [["a"]], "scores": [[1]], "sources": [[]]}, OTHER_SOURCES),
        (answers.only_vector, {"embedding": [[1], [2]]}, "too many values to unpack"),
        (vectors, {"embedding": [[1], [3]], "known": [True, False]}, "zip"),
        (functools.partial(answers.item_priors, ["a"]), {"prior": [1, 2]}, "zip"),
        (answers.divided_history, TWICE, "the answer should have one row"),
    ],
)
def test_answers_to_something_else(read, outputs, message):
    with pytest.raises((ValueError, TypeError), match=message):
        read(outputs)
