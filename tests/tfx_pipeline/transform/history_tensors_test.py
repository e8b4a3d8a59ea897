import dataclasses

import pytest
import tensorflow as tf

from tfx_pipeline.transform.history_tensors import FlatHistory, checked, recommendation_part, search_part, weights_part


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


def lists(tensors):
    return [tensor.numpy().tolist() for tensor in tensors]


def test_recommendation_tokens_are_left_aligned_with_their_places():
    items, positions = lists(recommendation_part(HISTORY, 3))
    assert items == [[11, 14, 0], [0, 0, 0], [16, 17, 0]]
    assert positions == [[0, 2, 0], [0, 0, 0], [1, 2, 0]]


def test_search_tokens_hold_query_and_clicks():
    part = search_part(HISTORY, 2, items_per_session=2)
    words, items, positions, kinds = lists(part[name] for name in ("words", "items", "positions", "kinds"))
    assert words == [[[1, 2], [3, 0]], [[0, 0], [0, 0]], [[4, 0], [0, 0]]]
    assert items == [[[12, 13], [0, 0]], [[0, 0], [0, 0]], [[15, 0], [0, 0]]]
    assert positions == [[1, 3], [0, 0], [0, 0]]
    assert kinds == [[1, 1], [0, 0], [1, 0]]


def test_only_the_newest_are_kept_oldest_first():
    assert lists(recommendation_part(HISTORY, 1)) == [[[14], [0], [17]], [[2], [0], [2]]]
    newest, wide = (search_part(HISTORY, length, items_per_session=1)["items"] for length in (1, 2))
    assert lists([newest, wide]) == [[[[0]], [[0]], [[15]]], [[[13], [0]], [[0], [0]], [[15], [0]]]]


def test_a_feed_token_without_an_item_is_no_token():
    broken = flat_history([[1, 1]], [[0, 1]], [[11]], tf.zeros([0, 2], tf.int64))
    assert lists(recommendation_part(broken, 2)) == [[[11, 0]], [[1, 0]]]


def test_shapes_are_fixed_in_a_graph():
    @tf.function
    def shapes():
        part = search_part(HISTORY, 5, items_per_session=4)
        return part["items"], part["words"], recommendation_part(HISTORY, 6)[0]

    items, words, feed = shapes.get_concrete_function().output_shapes
    assert items.as_list()[1:] == [5, 4] and words.as_list()[1:] == [5, 2] and feed.as_list()[1:] == [6]


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
    feed, search = weights_part(HISTORY, weights, 3, 2, items_per_session=2)
    for found, items in ((feed, recommendation_part(HISTORY, 3)[0]), (search, search_part(HISTORY, 2, 2)["items"])):
        assert found.shape == items.shape
        assert tf.reduce_max(tf.abs(10 * found - tf.cast(items, tf.float32))) < 1e-5
    # Where an example has none, all items have the weight 1.
    feed, search = weights_part(HISTORY, weights[:0], 3, 2, items_per_session=2)
    assert lists([feed]) == [[[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]]
    assert lists([search]) == [[[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]]]
