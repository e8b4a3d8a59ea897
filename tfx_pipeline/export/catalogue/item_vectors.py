"""Items by their ids as vectors: what the signatures `embed_item` and `similar_items` look things up in."""

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.export.serving_transform import ServingTransform


class ItemVectors:
    """One vector an item, computed before.

    Attributes:
        table: Float [items, dim]; the first row is padding, the last what is unknown.

    Args:
        table: The same.
        transform: The Transform graph.
    """

    def __init__(self, table: tf.Variable, transform: ServingTransform):
        self.table = table
        self._transform = transform
        self._unknown = table.shape[0] - 1

    def rows_of(self, item_ids: tf.Tensor) -> tf.Tensor:
        """Places in the table: string [batch] to int32 [batch]. What is empty is as unknown as what was never seen."""
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
        """The items of these rows, float32 [batch, dim]."""
        return tf.cast(tf.gather(self.table, rows), tf.float32)
