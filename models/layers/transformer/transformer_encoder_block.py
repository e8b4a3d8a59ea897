"""One layer of a transformer encoder."""

from typing import Any

import keras

from models.layers.attention.self_attention import SelfAttention
from models.layers.transformer.feed_forward import FeedForward
from models.layers.transformer.residual_norm import ResidualNorm
from models.registration import register


@register
class TransformerEncoderBlock(keras.layers.Layer):
    """Self-attention and a feed-forward part as wide as the input, each with the post-norm residual.

    Source: "Attention is all you need" (arXiv 1706.03762), as UniSAR (arXiv 2404.09520) uses it for r2r and s2s in
    transition extraction.

    Example:
    >>> block = TransformerEncoderBlock(num_heads=2)
    >>> tuple(block(np.ones((2, 5, 8), "float32"), np.ones((2, 5), bool)).shape)
    (2, 5, 8)

    Args:
        num_heads: Number of attention heads; it divides the width of the input.
        dropout: Share of entries dropped in training.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim], or packed [tokens, dim].
        token_mask: Bool [batch, length], True where the token is real; or the sequences' layout.
        training: Whether dropout is active.

    Returns:
        Float like `inputs`; values at masked tokens are meaningless.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(self, num_heads: int, dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dropout = dropout

    def build(self, inputs_shape, token_mask_shape=None):
        """Creates the sub-layers."""
        self.attention = SelfAttention(self.num_heads, name="attention", dtype=self.dtype_policy)
        self.residual = ResidualNorm(self.dropout, name="residual", dtype=self.dtype_policy)
        self.feed_forward = FeedForward(self.dropout, name="feed_forward", dtype=self.dtype_policy)
        for each in (self.attention, self.residual, self.feed_forward):
            each.build(inputs_shape)
        self.built = True

    def call(self, inputs, token_mask, training=False):
        """Encodes the sequence."""
        attended = self.residual(inputs, self.attention(inputs, token_mask), training=training)
        return self.feed_forward(attended, training=training)

    def compute_output_shape(self, inputs_shape, token_mask_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "num_heads": self.num_heads, "dropout": self.dropout}
