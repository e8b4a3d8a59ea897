"""An encoder layer in which each token sees only tokens of the other kind (UniSAR's s2r and r2s)."""

from typing import Any

import keras

from models.layers.attention.dot_product_attention import attend, split_heads
from models.layers.fast.projection import Projection
from models.layers.transformer.feed_forward import FeedForward
from models.layers.transformer.residual_norm import ResidualNorm
from models.registration import register


@register
class CrossKindEncoderBlock(keras.layers.Layer):
    """An encoder layer over a history of two kinds. It hides from each token all tokens of its own kind.

    With a mask over the interleaved history, half of the square of scores would be computed in vain. Here the two kinds
    stay apart, and only the two rectangles that the mask leaves are computed. Both kinds share the weights of one
    encoder layer. If the other kind is empty, a token attends to nothing, and attention adds its bias only.

    Source: UniSAR (arXiv 2404.09520), transition extraction: the masked transformer for s2r and r2s.

    Example:
    >>> clicks, searches = np.ones((2, 5, 8), "float32"), np.ones((2, 3, 8), "float32")
    >>> block = CrossKindEncoderBlock(num_heads=2)
    >>> s2r, r2s = block(clicks, searches, np.ones((2, 5), bool), np.ones((2, 3), bool))
    >>> tuple(s2r.shape), tuple(r2s.shape)
    ((2, 5, 8), (2, 3, 8))

    Args:
        num_heads: Number of attention heads; it divides the width of the input.
        dropout: Share of entries dropped in training.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        first: Float [batch, first length, dim], or packed [tokens, dim].
        second: Float [batch, second length, dim], or packed.
        first_mask: Bool [batch, first length], True where the token is real; or its layout.
        second_mask: Bool [batch, second length], or its layout.
        training: Whether dropout is active.
        sides: Whether the first and the second sequence are wanted. A sequence that is not wanted costs nothing.

    Returns:
        The two sequences encoded; None for one that is not wanted. Values at masked tokens are meaningless.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(self, num_heads: int, dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dropout = dropout

    def build(self, first_shape, second_shape=None, first_mask_shape=None, second_mask_shape=None):
        """Creates the sub-layers."""
        dim = first_shape[-1]
        if dim % self.num_heads:
            raise ValueError(
                f"`num_heads` should divide the input's width. Received: num_heads={self.num_heads}, width={dim}"
            )
        self.query_key_value = Projection(3 * dim, name="query_key_value", dtype=self.dtype_policy)
        self.output_projection = Projection(dim, name="output_projection", dtype=self.dtype_policy)
        self.residual = ResidualNorm(self.dropout, name="residual", dtype=self.dtype_policy)
        self.feed_forward = FeedForward(self.dropout, name="feed_forward", dtype=self.dtype_policy)
        for each in (self.query_key_value, self.output_projection, self.residual, self.feed_forward):
            each.build(first_shape)
        self.built = True

    def call(self, first, second, first_mask, second_mask, training=False, sides=(True, True)):
        """Lets each kind attend to the other."""
        first_queries, first_keys, first_values = split_heads(
            self.query_key_value(first), 3, self.num_heads, first_mask
        )
        second_queries, second_keys, second_values = split_heads(
            self.query_key_value(second), 3, self.num_heads, second_mask
        )
        encoded_first = encoded_second = None
        if sides[0]:
            attended = attend(first_queries, second_keys, second_values, second_mask, first_mask)
            encoded_first = self._transform(first, attended, training)
        if sides[1]:
            attended = attend(second_queries, first_keys, first_values, first_mask, second_mask)
            encoded_second = self._transform(second, attended, training)
        return encoded_first, encoded_second

    def _transform(self, inputs, attended, training):
        update = self.output_projection(attended)
        return self.feed_forward(self.residual(inputs, update, training=training), training=training)

    def compute_output_shape(self, first_shape, second_shape, first_mask_shape=None, second_mask_shape=None):
        """The shapes of `first` and `second`."""
        return first_shape, second_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "num_heads": self.num_heads, "dropout": self.dropout}
