"""What signatures that answer lists of items have in common: how many are asked for, and padding after the last."""

import tensorflow as tf

from schemas import signatures

NO_ITEM = -float("inf")
"""The score of a place without an item."""


def columns(k: tf.Tensor) -> tf.Tensor:
    """How many places the answer has: the largest of the numbers that the rows ask for, an int32 scalar.

    It fails, when it runs, where a number is not from 1 to `LARGEST_K`.
    """
    in_range = tf.logical_and(tf.greater_equal(k, 1), tf.less_equal(k, signatures.LARGEST_K))
    message = f"`{signatures.K}` should be from 1 to {signatures.LARGEST_K}. Received:"
    with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(in_range), [message, k])]):
        # A batch may have no row.
        return tf.reduce_max(tf.concat([k, [0]], axis=0))


def filled_up(items: tf.Tensor, scores: tf.Tensor, k: tf.Tensor, columns: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives every row as many items as it asks for, and padding in the places after them.

    Args:
        items: String [batch, n], best first, of at most as many places as there are columns.
        scores: Float32 of the same shape, `NO_ITEM` where there is no item.
        k: Int32 [batch], how many items each row asks for.
        columns: What the function of that name returned.

    Returns:
        Items and scores, both [batch, columns]. Where a row has no item, the string is empty and the score `NO_ITEM`.
    """
    missing = [[0, 0], [0, columns - tf.shape(scores)[1]]]
    items = tf.pad(items, missing, constant_values="")
    scores = tf.pad(scores, missing, constant_values=NO_ITEM)
    is_item = tf.logical_and(tf.sequence_mask(k, columns), tf.greater(scores, NO_ITEM))
    return tf.where(is_item, items, ""), tf.where(is_item, scores, NO_ITEM)
