"""Looks up the vectors of items by their ids, for the signatures `embed_item` and `similar_items`."""

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.export.serving_transform import ServingTransform


class ItemVectors:
    """The vectors of all items, computed in advance.

    Attributes:
        table: Float [items, dim]; the first row is padding, the last stands for unknown items.

    Args:
        table: See the attribute.
        transform: The Transform graph.
    """

    def __init__(self, table: tf.Variable, transform: ServingTransform):
        self.table = table
        self._transform = transform
        self._unknown = table.shape[0] - 1

    def rows_of(self, item_ids: tf.Tensor) -> tf.Tensor:
        """The items' rows in the table: string [batch] to int32 [batch]. An empty id counts as unknown."""
        raw = {
            features.SURFACE: tf.fill([tf.shape(item_ids)[0], 1], Surface.RECOMMENDATION.value),
            features.CANDIDATES: item_ids[:, tf.newaxis],
        }
        inputs = self._transform({name: tf.sparse.from_dense(values) for name, values in raw.items()})
        rows = inputs[features.CANDIDATE_ITEMS][:, 0]
        return tf.where(tf.equal(rows, features.PADDING), self._unknown, rows)

    def is_known(self, rows: tf.Tensor) -> tf.Tensor:
        """Whether the model knows the items of these rows, bool [batch]."""
        return tf.not_equal(rows, self._unknown)

    def vectors(self, rows: tf.Tensor) -> tf.Tensor:
        """The vectors of these rows, float32 [batch, dim]."""
        return tf.cast(tf.gather(self.table, rows), tf.float32)
