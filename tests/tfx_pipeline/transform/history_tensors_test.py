import dataclasses

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import features
from tfx_pipeline.transform.history_tensors import FlatHistory, checked, tensors, weights_part


# Row 0: feed 11; search [12, 13] with words 1 2; feed 14; search without a click with word 3.
# Row 1: nothing. Row 2: search [15] with word 4; feed 16; feed 17.
def flat_history(kinds, item_counts, items_by_row, words):
    ragged_items = tf.ragged.constant(items_by_row, dtype=tf.int64, ragged_rank=1)
    return FlatHistory(
        kinds=tf.ragged.constant(kinds, dtype=tf.int64, ragged_rank=1).to_sparse(),
        item_counts=tf.ragged.constant(item_counts, dtype=tf.int64, ragged_rank=1).to_sparse(),
        item_rows=ragged_items.value_rowids(),
        items=ragged_items.flat_values,
        words=tf.constant(words, tf.int64),
    )


HISTORY = flat_history(
    kinds=[[1, 2, 1, 2], [], [2, 1, 1]],
    item_counts=[[1, 2, 1, 0], [], [1, 1, 1]],
    items_by_row=[[11, 12, 13, 14], [], [15, 16, 17]],
    words=[[1, 2], [3, 0], [4, 0]],
)


def kept(history, recommendation_length, search_length, items_per_session=2):
    tensors_by_name = tensors(history, recommendation_length, search_length, items_per_session)
    return {name: each.numpy().tolist() for name, each in tensors_by_name.items()}


def test_tokens_are_left_aligned_with_their_places():
    assert kept(HISTORY, 3, 2) == {
        features.RECOMMENDATION_ITEMS: [[11, 14, 0], [0, 0, 0], [16, 17, 0]],
        features.RECOMMENDATION_POSITIONS: [[0, 2, 0], [0, 0, 0], [1, 2, 0]],
        features.SEARCH_WORDS: [[[1, 2], [3, 0]], [[0, 0], [0, 0]], [[4, 0], [0, 0]]],
        features.SEARCH_ITEMS: [[[12, 13], [0, 0]], [[0, 0], [0, 0]], [[15, 0], [0, 0]]],
        features.SEARCH_POSITIONS: [[1, 3], [0, 0], [0, 0]],
        features.SEARCH_KINDS: [[1, 1], [0, 0], [1, 0]],
    }


def test_only_the_newest_are_kept_oldest_first_and_counted_from_0():
    few = kept(HISTORY, 1, 1)
    assert few[features.RECOMMENDATION_ITEMS] == [[14], [0], [17]]
    assert few[features.RECOMMENDATION_POSITIONS] == [[0], [0], [1]]
    assert few[features.SEARCH_WORDS] == [[[3, 0]], [[0, 0]], [[4, 0]]]
    assert few[features.SEARCH_POSITIONS] == [[1], [0], [0]]
    assert kept(HISTORY, 1, 2, items_per_session=1)[features.SEARCH_ITEMS] == [[[13], [0]], [[0], [0]], [[15], [0]]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 3)), max_size=12), st.integers(1, 4), st.data())
def test_what_is_not_kept_changes_nothing(tokens, length, data):
    """Examples of training hold only what is kept; a request may hold a user's whole past."""
    tokens = [(kind, max(count, 1) if kind == 1 else count) for kind, count in tokens]
    needed = [
        place for kind in (1, 2) for place in [at for at, (each, _) in enumerate(tokens) if each == kind][-length:]
    ]
    cut = [place for place in range(len(tokens)) if place in needed or data.draw(st.booleans())]

    def history(places):
        """Two rows: the tokens, and one of these alone."""
        items = [10 * place + each for place in places for each in range(tokens[place][1])]
        kinds, counts = [tokens[place][0] for place in places], [tokens[place][1] for place in places]
        words = [[1 + place, 0] for place in places if tokens[place][0] == 2] + [[99, 98]]
        return flat_history([kinds, [2]], [counts, [1]], [items, [5]], tf.constant(words, tf.int64))

    assert kept(history(range(len(tokens))), length, length) == kept(history(cut), length, length)


def test_a_feed_token_without_an_item_is_no_token():
    broken = flat_history([[1, 1]], [[0, 1]], [[11]], tf.zeros([0, 2], tf.int64))
    found = kept(broken, 2, 1)
    assert (found[features.RECOMMENDATION_ITEMS], found[features.RECOMMENDATION_POSITIONS]) == ([[11, 0]], [[0, 0]])


def test_shapes_are_fixed_in_a_graph():
    shapes = tf.function(lambda: tensors(HISTORY, 6, 5, items_per_session=4)).get_concrete_function().output_shapes
    assert {name: shape.as_list()[1:] for name, shape in shapes.items()} == {
        features.RECOMMENDATION_ITEMS: [6],
        features.RECOMMENDATION_POSITIONS: [6],
        features.SEARCH_WORDS: [5, 2],
        features.SEARCH_ITEMS: [5, 4],
        features.SEARCH_POSITIONS: [5],
        features.SEARCH_KINDS: [5],
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"item_counts": tf.sparse.from_dense(tf.constant([[1]], tf.int64))}, "one item count for each token"),
        ({"item_rows": tf.constant([0, 0, 0, 1, 2, 2, 2], tf.int64)}, "as many items as its item counts say"),
        ({"words": tf.zeros([2, 2], tf.int64)}, "one query for each search token and none for others"),
    ],
)
def test_a_history_that_contradicts_itself_is_refused(change, message):
    checked(HISTORY)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        checked(dataclasses.replace(HISTORY, **change))


def test_weights_stand_where_their_items_do():
    weights = tf.constant([item / 10 for item in (11, 12, 13, 14, 15, 16, 17)])
    items = tensors(HISTORY, 3, 2, items_per_session=2)
    feed, search = weights_part(HISTORY, weights, 3, 2, items_per_session=2)
    for found, name in ((feed, features.RECOMMENDATION_ITEMS), (search, features.SEARCH_ITEMS)):
        assert found.shape == items[name].shape
        assert tf.reduce_max(tf.abs(10 * found - tf.cast(items[name], tf.float32))) < 1e-5
    # Where an example has none, all items have the weight 1.
    feed, search = weights_part(HISTORY, weights[:0], 3, 2, items_per_session=2)
    assert feed.numpy().tolist() == [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
    assert search.numpy().tolist() == [
        [[1.0, 1.0], [0.0, 0.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[1.0, 0.0], [0.0, 0.0]],
    ]
