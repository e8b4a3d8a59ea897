"""The query-item contrast: brings a query close to the items clicked for it."""

from typing import Any

import keras
from keras import ops

from models.layers.attention.dot_product_attention import HIDDEN
from models.registration import register

LOWEST_TEMPERATURE = 1e-3


@register
class QueryItemContrast(keras.layers.Layer):
    """InfoNCE between queries and the items clicked for them, in both directions, against given negatives.

    The similarity is `tanh(a · W · b) / temperature`; W and the temperature are learned. The direction from item to
    query uses the same W with the item on the left.

    Source: UniSAR (arXiv 2404.09520), query-item alignment in the embedding module.

    Example:
    >>> pairs, negatives = np.ones((2, 8), "float32"), np.ones((3, 8), "float32")
    >>> loss = QueryItemContrast()(pairs, pairs, np.array([True, True]), negatives, negatives)
    >>> round(float(loss), 4)  # All are alike: one among four, ln 4.
    1.3863

    Args:
        temperature: The temperature before training. It never falls below 0.001.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        queries: Float [pairs, dim].
        items: Float [pairs, dim]; each was clicked for its query.
        real: Bool [pairs]; True for pairs that count.
        negative_items: Float [item negatives, dim].
        negative_queries: Float [query negatives, dim].
        item_hits: Bool [pairs, item negatives]; True if a negative is the positive itself. It is left out. None leaves
            out none.
        query_hits: Bool [pairs, query negatives], the same for queries.

    Returns:
        Float32 scalar in nats; 0 if no pair is real.
    """

    def __init__(self, temperature: float = 0.1, **kwargs: Any):
        super().__init__(**kwargs)
        self.temperature = temperature

    def build(self, queries_shape):
        """Creates W and the temperature."""
        dim = queries_shape[-1]
        self.similarity = self.add_weight(name="similarity", shape=(dim, dim), initializer="glorot_normal")
        self.learned_temperature = self.add_weight(
            name="temperature", shape=(), initializer=keras.initializers.Constant(self.temperature)
        )
        self.built = True

    def call(self, queries, items, real, negative_items, negative_queries, item_hits=None, query_hits=None):
        """Computes the mean of both directions."""
        losses = ops.add(
            self._one_way(queries, items, negative_items, item_hits),
            self._one_way(items, queries, negative_queries, query_hits),
        )
        weights = ops.cast(real, "float32")
        return 0.5 * ops.divide(ops.sum(ops.multiply(losses, weights)), ops.maximum(ops.sum(weights), 1.0))

    def _one_way(self, anchors, positives, negatives, hits):
        anchors = ops.matmul(anchors, ops.cast(self.similarity, self.compute_dtype))
        positive = ops.sum(ops.multiply(anchors, positives), axis=-1, keepdims=True)
        negative = ops.matmul(anchors, ops.transpose(negatives))
        temperature = ops.maximum(ops.cast(self.learned_temperature, "float32"), LOWEST_TEMPERATURE)
        positive = ops.divide(ops.tanh(ops.cast(positive, "float32")), temperature)
        negative = ops.divide(ops.tanh(ops.cast(negative, "float32")), temperature)
        if hits is not None:
            negative = ops.where(hits, HIDDEN, negative)
        logits = ops.concatenate([positive, negative], axis=-1)
        return ops.subtract(ops.logsumexp(logits, axis=-1), ops.squeeze(positive, axis=-1))

    def compute_output_shape(self, *_args, **_kwargs):
        """A scalar."""
        return ()

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "temperature": self.temperature}
