import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client.answers import (
    DividedHistory,
    ExplainedItem,
    ItemVector,
    RankedItem,
    Session,
    divided_history,
    explained_candidates,
    item_vectors,
    only_vector,
    ranked_candidates,
    retrieved_items,
)
from serving.client.requests import RankRequest


def test_candidates_best_first_each_with_its_own_request():
    requests = [RankRequest("1", ("a", "b", "c")), RankRequest("2", ("d",))]
    assert ranked_candidates(requests, {"scores": [[0.5, 0.75, 0.5], [0.25, 0, 0]]}) == [
        [RankedItem("b", 0.75), RankedItem("a", 0.5), RankedItem("c", 0.5)],
        [RankedItem("d", 0.25)],
    ]


@pytest.mark.parametrize("scores", [[], [[0.5]], [[0.5, 0.5], [0.5, 0.5]]])
def test_too_few_scores(scores):
    with pytest.raises(ValueError, match="the answer has fewer scores than the request has candidates"):
        ranked_candidates([RankRequest("1", ("a", "b"))], {"scores": scores})


def test_what_is_no_row_of_numbers():
    with pytest.raises(TypeError, match="not iterable"):
        ranked_candidates([RankRequest("1", ("a",))], {"scores": [0.5]})


def test_explained_candidates_best_first_with_a_weight_for_each_token():
    history = (Token(Surface.RECOMMENDATION, ("x",)), Token(Surface.SEARCH, (), "mug"))
    outputs = {"scores": [[0.25, 0.5]], "history_weights": [[[1, 0.5], [0, 1]]]}
    expected = [ExplainedItem("b", 0.5, (0.0, 1.0)), ExplainedItem("a", 0.25, (1.0, 0.5))]
    assert explained_candidates(RankRequest("1", ("a", "b"), history=history), outputs) == expected
    # An empty history is sent as one place of padding, of which nothing is told.
    alone = {"scores": [[0.5]], "history_weights": [[[0]]]}
    assert explained_candidates(RankRequest("1", ("a",)), alone) == [ExplainedItem("a", 0.5, ())]
    with pytest.raises(ValueError, match="the answer has fewer weights than the request has history tokens"):
        explained_candidates(RankRequest("1", ("a",), history=history), alone)
    with pytest.raises(ValueError, match="zip"):
        explained_candidates(RankRequest("1", ("a", "b")), alone)


def test_retrieved_items_without_padding():
    outputs = {"items": [["b", "a", ""]], "scores": [[2, 1, 0]]}
    assert retrieved_items(outputs) == [RankedItem("b", 2.0), RankedItem("a", 1.0)]


@pytest.mark.parametrize(("items", "scores"), [([["a"]], [[1, 2]]), ([["a"]] * 2, [[1]] * 2), ([], [])])
def test_items_and_scores_that_do_not_belong_together(items, scores):
    with pytest.raises(ValueError, match="the answer should have one row of items and as many scores"):
        retrieved_items({"items": items, "scores": scores})


def test_the_vector_of_a_single_request():
    assert only_vector({"embedding": [[1, 0.5]]}) == (1.0, 0.5)
    with pytest.raises(ValueError, match="too many values to unpack"):
        only_vector({"embedding": [[1], [2]]})


def test_the_vectors_of_items_in_the_order_of_the_request():
    outputs = {"embedding": [[1, 2], [3, 4]], "known": [True, False]}
    assert item_vectors(["a", "b"], outputs) == [ItemVector("a", (1.0, 2.0), True), ItemVector("b", (3.0, 4.0), False)]
    with pytest.raises(ValueError, match="zip"):
        item_vectors(["a"], outputs)


OUTPUTS = {
    signatures.SESSION_TOKENS: [[2, 5, -1]],
    signatures.SESSION_WINDOWS: [[[0, 1.25], [1.25, 2]]],
    signatures.SESSION_SHARES: [[[1, 0.25, 0], [0, 0.75, 0]]],
}
BY_CLICKS = (Session(0.0, 1.25, (1.0, 0.25)), Session(1.25, 2.0, (0.0, 0.75)))


def test_room_behind_the_events_is_left_out():
    assert divided_history(OUTPUTS) == DividedHistory((2, 5), BY_CLICKS)


def test_sessions_by_queries():
    queries = {signatures.QUERY_WINDOWS: [[[0, 2], [2, 2]]], signatures.QUERY_SHARES: [[[1, 1, 0], [0, 0, 0]]]}
    by_queries = (Session(0.0, 2.0, (1.0, 1.0)), Session(2.0, 2.0, (0.0, 0.0)))
    assert divided_history(OUTPUTS | queries) == DividedHistory((2, 5), BY_CLICKS, by_queries)


def test_empty_windows_are_windows():
    queries = {signatures.QUERY_WINDOWS: [[[0, 0], [2, 2]]], signatures.QUERY_SHARES: [[[0, 0, 0], [0, 0, 0]]]}
    assert [session.end for session in divided_history(OUTPUTS | queries).by_queries] == [0.0, 2.0]


def test_windows_that_say_nothing_of_queries():
    queries = {signatures.QUERY_WINDOWS: [[[0, 0], [0, 0]]], signatures.QUERY_SHARES: [[[0, 0, 0], [0, 0, 0]]]}
    assert divided_history(OUTPUTS | queries).by_queries == ()


def test_an_answer_to_something_else():
    with pytest.raises(ValueError, match="the answer should have one row"):
        divided_history({name: values * 2 for name, values in OUTPUTS.items()})
