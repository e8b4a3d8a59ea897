"""The position-wise feed-forward part of a transformer block."""

from typing import Any

import keras

from models.layers.fast.dropout import Dropout
from models.layers.fast.projection import Projection
from models.layers.transformer.residual_norm import ResidualNorm
from models.registration import register


@register
class FeedForward(keras.layers.Layer):
    """Two dense layers, as wide as their input, with ReLU between them; then the post-norm residual.

    Source: "Attention is all you need" (arXiv 1706.03762), section 3.3, with the width of UniSAR (arXiv 2404.09520).

    Example:
    >>> tuple(FeedForward()(np.ones((2, 5, 8), "float32")).shape)
    (2, 5, 8)

    Args:
        dropout: Share of entries dropped in training, after the ReLU and before the residual.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [..., dim].
        training: Whether dropout is active.

    Returns:
        Float [..., dim].
    """

    def __init__(self, dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.dropout = dropout

    def build(self, input_shape):
        """Creates both dense layers and the residual."""
        dim = input_shape[-1]
        self.inner = Projection(dim, activation="relu", name="inner", dtype=self.dtype_policy)
        self.inner.build(input_shape)
        self.drop = Dropout(self.dropout, name="drop", dtype=self.dtype_policy)
        self.outer = Projection(dim, name="outer", dtype=self.dtype_policy)
        self.outer.build(input_shape)
        self.residual = ResidualNorm(self.dropout, name="residual", dtype=self.dtype_policy)
        self.residual.build(input_shape)
        self.built = True

    def call(self, inputs, training=False):
        """Transforms each position by itself."""
        update = self.outer(self.drop(self.inner(inputs), training=training))
        return self.residual(inputs, update, training=training)

    def compute_output_shape(self, input_shape):
        """The shape of `inputs`."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "dropout": self.dropout}
