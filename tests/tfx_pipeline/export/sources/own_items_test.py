import pytest
import tensorflow as tf

from tfx_pipeline.export.sources.own_items import own_items
from tfx_pipeline.export.sources.weighted_lists import heaviest

HISTORIES = tf.constant([[2, 0, 2, 1, 0, 3], [-1, -1, -1, -1, -1, -1], [-1, 4, -1, -1, -1, 0]])
"""Row by row, oldest first: 2 and 0 twice, then 1 and 3 once; nothing; 4 and later 0."""


def test_each_item_of_a_row_is_counted_and_the_newest_comes_first():
    rows, places, weights = (each.numpy().tolist() for each in own_items(HISTORIES, 5))
    assert list(zip(rows, places, weights, strict=True)) == [
        (0, 3, 1.0), (0, 0, 2.0), (0, 1, 1.0), (0, 2, 2.0),
        (2, 0, 1.0), (2, 4, 1.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "expected"), [(9, [0, 2, 3, 1]), (3, [0, 2, 3]), (1, [0])])
def test_the_heaviest_are_the_most_frequent_then_the_newest(count, expected):
    found = heaviest(own_items(HISTORIES, 5), tf.constant(3), count).numpy().tolist()
    padded = [[*row, *[-1] * (min(count, 4) - len(row))] for row in (expected, [], [0, 4][:count])]
    assert found == padded


def test_without_columns_there_is_nothing():
    assert own_items(tf.zeros([2, 0], tf.int32), 5).places.shape == (0,)
