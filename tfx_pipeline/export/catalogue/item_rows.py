"""Looks up the rows of items by their ids, without the Transform graph."""

import numpy as np
import tensorflow as tf

from schemas import features
from tfx_pipeline.export.catalogue.category_filter import HASHES


class ItemRows(tf.Module):
    """The row of each item id in the item table.

    It compares 63-bit hashes, sorted, so it needs no lookup table: 12 bytes an item.

    Args:
        item_ids: String [items], the item id of each row; empty for padding and for the unknown.
    """

    def __init__(self, item_ids: np.ndarray):
        super().__init__(name="item_rows")
        hashes = _hashed(tf.constant(item_ids)).numpy()
        rows = np.arange(len(hashes))[1:-1]
        order = rows[np.argsort(hashes[rows], kind="stable")]
        self._hashes = tf.Variable(hashes[order], trainable=False, name="item_hashes")
        self._rows = tf.Variable(order.astype(np.int32), trainable=False, name="item_hash_rows")

    def rows_of(self, item_ids: tf.Tensor) -> tf.Tensor:
        """The items' rows: string [batch, any] to int32 of the same shape; padding for an id that is not known."""
        wanted = tf.reshape(_hashed(item_ids), [-1])
        places = tf.minimum(tf.searchsorted(self._hashes, wanted), self._hashes.shape[0] - 1)
        is_known = tf.equal(tf.gather(self._hashes, places), wanted)
        rows = tf.where(is_known, tf.gather(self._rows, places), features.PADDING)
        return tf.where(tf.equal(item_ids, ""), features.PADDING, tf.reshape(rows, tf.shape(item_ids)))


def _hashed(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.to_hash_bucket_fast(texts, HASHES)
