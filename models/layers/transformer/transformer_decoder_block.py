"""One layer of a transformer decoder, which UniSAR fuses two transitions of a history with."""

from typing import Any

import keras

from models.layers.attention.cross_attention import CrossAttention
from models.layers.attention.self_attention import SelfAttention
from models.layers.transformer.feed_forward import FeedForward
from models.layers.transformer.residual_norm import ResidualNorm
from models.registration import register


@register
class TransformerDecoderBlock(keras.layers.Layer):
    """Self-attention, cross-attention to a memory and a feed-forward part, each with the post-norm residual.

    No attention is causal.

    Source: "Attention is all you need" (arXiv 1706.03762), as UniSAR (arXiv 2404.09520) uses it in transition fusion.

    Example:
    >>> tokens, memory = np.ones((2, 3, 8), "float32"), np.ones((2, 5, 8), "float32")
    >>> block = TransformerDecoderBlock(num_heads=2)
    >>> tuple(block(tokens, memory, np.ones((2, 3), bool), np.ones((2, 5), bool)).shape)
    (2, 3, 8)

    Args:
        num_heads: Number of attention heads; it divides the width of the input.
        dropout: Share of entries dropped in training.
        drawn_together: As in `CrossAttention`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim], or packed [tokens, dim].
        memory: Float [batch, memory length, dim], or packed.
        token_mask: Bool [batch, length], True where the token is real; or the sequences' layout.
        memory_mask: Bool [batch, memory length], or its layout.
        training: Whether dropout is active.

    Returns:
        Float like `inputs`; values at masked tokens are meaningless.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(self, num_heads: int, dropout: float = 0.0, drawn_together: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.drawn_together = drawn_together
        self.num_heads = num_heads
        self.dropout = dropout

    def build(self, inputs_shape, memory_shape=None, token_mask_shape=None, memory_mask_shape=None):
        """Creates the sub-layers."""
        attention = {"num_heads": self.num_heads, "drawn_together": self.drawn_together, "dtype": self.dtype_policy}
        self.self_attention = SelfAttention(**attention, name="self_attention")
        self.self_residual = ResidualNorm(self.dropout, name="self_residual", dtype=self.dtype_policy)
        self.cross_attention = CrossAttention(**attention, name="cross_attention")
        self.cross_residual = ResidualNorm(self.dropout, name="cross_residual", dtype=self.dtype_policy)
        self.feed_forward = FeedForward(self.dropout, name="feed_forward", dtype=self.dtype_policy)
        for each in (
            self.self_attention,
            self.self_residual,
            self.cross_attention,
            self.cross_residual,
            self.feed_forward,
        ):
            each.build(inputs_shape)
        self.built = True

    def call(self, inputs, memory, token_mask, memory_mask, training=False):
        """Fuses the memory into the sequence."""
        own = self.self_residual(inputs, self.self_attention(inputs, token_mask), training=training)
        update = self.cross_attention(own, memory, memory_mask, token_mask)
        return self.feed_forward(self.cross_residual(own, update, training=training), training=training)

    def compute_output_shape(self, inputs_shape, memory_shape=None, token_mask_shape=None, memory_mask_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "dropout": self.dropout,
            "drawn_together": self.drawn_together,
        }
