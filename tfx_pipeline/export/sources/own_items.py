"""Orders the items of a request's own history: those engaged with most often first, of equal ones the newest first."""

import tensorflow as tf

from tfx_pipeline.export.sources.weighted_lists import NO_PLACE, Entries


def own_items(places: tf.Tensor, items: int) -> Entries:
    """Counts how often each item stands in its row.

    Args:
        places: Int32 [batch, any], the items of each history as places in the order of popularity, oldest first;
            `NO_PLACE` is padding.
        items: How many items there are.

    Returns:
        Each item of a row once, weighed by how often it stands there. Rows ascend and, within a row, the item that
        stands there last comes first.
    """
    shape = tf.shape(places, tf.int64)
    row = tf.repeat(tf.range(shape[0]), shape[1])
    when = tf.tile(tf.range(shape[1]), shape[:1])
    flat = tf.reshape(places, [-1])
    is_item = tf.not_equal(flat, NO_PLACE)
    row, when, flat = (tf.boolean_mask(each, is_item) for each in (row, when, flat))
    distinct, owners = tf.unique(row * items + tf.cast(flat, tf.int64))
    counts = tf.math.unsorted_segment_sum(tf.ones_like(flat, tf.float32), owners, tf.size(distinct))
    newest = tf.math.unsorted_segment_max(when, owners, tf.size(distinct))
    order = tf.argsort((distinct // items) * shape[1] - newest, stable=True)
    distinct, counts = tf.gather(distinct, order), tf.gather(counts, order)
    return Entries(tf.cast(distinct // items, tf.int32), tf.cast(distinct % items, tf.int32), counts)
