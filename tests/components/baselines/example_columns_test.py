import pytest
import tensorflow as tf

from components.baselines.example_columns import example_columns
from schemas import features
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example

PLACES = {b"a": 0, b"b": 1}
PAST = [
    Token(Surface.SEARCH, ("a", "z"), "old"),
    Token(Surface.RECOMMENDATION, ("b",)),
    Token(Surface.SEARCH, (), "newer"),
]


def test_a_batch_as_arrays():
    feed = behaviour_example(["b", "z", "y"], positive=1, user="u1", history=PAST)
    search = behaviour_example(["a"], surface=Surface.SEARCH, query="mug", user="u2")
    columns = example_columns([feed, search], PLACES)
    assert (columns.users, columns.surfaces) == ([b"u1", b"u2"], ["recommendation", "search"])
    # Without a query of its own, the newest of the history.
    assert (columns.queries, columns.own_queries) == (["newer", "mug"], ["", "mug"])
    # Unknown items are told apart, and are the same in histories and among candidates.
    assert columns.items.tolist() == [[1, 2, 3], [0, -1, -1]]
    assert columns.history.tolist() == [[1, 2, 0], [-1, -1, -1]]
    # 2 is a search, 1 the feed; newest first.
    assert columns.kinds.tolist() == [[2, 1, 2], [0, 0, 0]]
    assert columns.positives.tolist() == [2, 0]
    assert columns.times.tolist() == [1000, 1000] and not columns.is_sequence_end.any()


def test_the_place_at_which_the_target_was_shown_is_0_where_nobody_knows():
    examples = [behaviour_example(["a"], shown_place=place) for place in (7, 0, None)]
    assert example_columns(examples, PLACES).shown_places.tolist() == [7, 0, 0]


def test_without_history_query_and_positive():
    columns = example_columns([behaviour_example(["a", "b"], positive=-1)], PLACES)
    assert (columns.queries, columns.positives.tolist(), columns.history.shape) == ([""], [-1], (1, 0))


@pytest.mark.parametrize(
    ("labels", "why"),
    [([1.0], "differ in length"), ([1.0, 1.0], "at most one positive. Received: 2 in one")],
)
def test_wrong_labels_are_refused(labels, why):
    example = tf.train.Example.FromString(behaviour_example(["a", "b"]))
    example.features.feature[features.LABELS].float_list.value[:] = labels
    with pytest.raises(ValueError, match=why):
        example_columns([example.SerializeToString()], PLACES)
