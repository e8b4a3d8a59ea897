"""Learned position embeddings."""

from typing import Any

import keras
from keras import ops

from models.registration import register


@register
class PositionEmbedding(keras.layers.Layer):
    """Adds to each token the learned vector of its place.

    Source: UniSAR (arXiv 2404.09520), transition extraction, which has three such tables.

    Example:
    >>> tuple(PositionEmbedding(length=7)(np.zeros((2, 5, 8), "float32")).shape)
    (2, 5, 8)

    Args:
        length: Number of places. Later places share the last vector.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim], or packed [tokens, dim].
        positions: Int, the place of each token; None if padded tokens are in order from place 0.

    Returns:
        Float like `inputs`.
    """

    def __init__(self, length: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.length = length

    def build(self, inputs_shape, positions_shape=None):
        """Creates the table of places."""
        self.embedding = self.add_weight(
            name="embedding", shape=(self.length, inputs_shape[-1]), initializer="glorot_normal"
        )
        self.built = True

    def call(self, inputs, positions=None):
        """Adds the places."""
        if positions is None:
            positions = ops.arange(ops.shape(inputs)[1], dtype="int32")
        vectors = ops.take(self.embedding, ops.clip(positions, 0, self.length - 1), axis=0)
        return ops.add(inputs, ops.cast(vectors, self.compute_dtype))

    def compute_output_shape(self, inputs_shape, positions_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "length": self.length}
