"""Shared by all signatures that answer lists of items: the length of the lists, and their padding."""

import tensorflow as tf

from schemas import features, signatures

NO_ITEM = -float("inf")
"""The score of a place that holds no item."""


def columns(k: tf.Tensor) -> tf.Tensor:
    """The number of places in each row of the answer: the largest `k` of the batch, an int32 scalar.

    When it runs, it fails if a `k` is not from 1 to `LARGEST_K`.
    """
    in_range = tf.logical_and(tf.greater_equal(k, 1), tf.less_equal(k, signatures.LARGEST_K))
    message = f"`{signatures.K}` should be from 1 to {signatures.LARGEST_K}. Received:"
    with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(in_range), [message, k])]):
        # The 0 is for a batch without rows.
        return tf.reduce_max(tf.concat([k, [0]], axis=0))


def filled_up(items: tf.Tensor, scores: tf.Tensor, k: tf.Tensor, columns: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives every row as many items as it asks for, followed by padding.

    Args:
        items: String [batch, n], best first, or int32, rows of the item table; n is at most `columns`.
        scores: Float32 of the same shape, `NO_ITEM` at places without an item.
        k: Int32 [batch], how many items each row asks for.
        columns: The result of the function `columns`.

    Returns:
        Items and scores, both [batch, columns]. A place without an item has an empty string, or the row of
        padding, and the score `NO_ITEM`.
    """
    nothing = "" if items.dtype == tf.string else features.PADDING
    missing = [[0, 0], [0, columns - tf.shape(scores)[1]]]
    items = tf.pad(items, missing, constant_values=nothing)
    scores = tf.pad(scores, missing, constant_values=NO_ITEM)
    is_item = tf.logical_and(tf.sequence_mask(k, columns), tf.greater(scores, NO_ITEM))
    return tf.where(is_item, items, nothing), tf.where(is_item, scores, NO_ITEM)
