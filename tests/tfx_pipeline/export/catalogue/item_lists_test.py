import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export.catalogue import item_lists


def test_there_are_as_many_columns_as_the_largest_number():
    assert int(item_lists.columns(tf.constant([2, 5, 1]))) == 5
    assert int(item_lists.columns(tf.constant([], tf.int32))) == 0


@pytest.mark.parametrize("k", [0, -1, 10_001])
def test_a_number_that_cannot_be_meant_is_refused(k):
    with pytest.raises(tf.errors.InvalidArgumentError, match="`k` should be from 1 to 10000. Received:"):
        item_lists.columns(tf.constant([3, k]))


def test_rows_are_cut_and_filled_up():
    items, scores = tf.constant([["a", "b"], ["c", "d"]]), tf.constant([[2.0, 1.0], [3.0, -np.inf]])
    items, scores = item_lists.filled_up(items, scores, tf.constant([1, 3]), tf.constant(3))
    assert items.numpy().tolist() == [[b"a", b"", b""], [b"c", b"", b""]]
    assert scores.numpy().tolist() == [[2.0, -np.inf, -np.inf], [3.0, -np.inf, -np.inf]]
