"""One layer of a transformer decoder, used to fuse two views of one sequence."""

from typing import Any

import keras

from models.layers.attention.cross_attention import CrossAttention
from models.layers.attention.self_attention import SelfAttention
from models.layers.transformer.feed_forward import FeedForward
from models.layers.transformer.residual_norm import ResidualNorm
from models.registration import register


@register
class TransformerDecoderBlock(keras.layers.Layer):
    """Self-attention, cross-attention to a memory and feed-forward, each with the post-norm residual.

    Nothing is causal.

    Example:
    >>> tokens, memory = np.ones((2, 3, 8), "float32"), np.ones((2, 5, 8), "float32")
    >>> block = TransformerDecoderBlock(num_heads=2)
    >>> tuple(block(tokens, memory, np.ones((2, 3), bool), np.ones((2, 5), bool)).shape)
    (2, 3, 8)

    Args:
        num_heads: Divides the width of the input.
        dropout: Share of entries dropped in training.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim], or packed [tokens, dim].
        memory: Float [batch, memory length, dim], or packed.
        token_mask: Bool [batch, length], True where the token is real; or the sequences' layout.
        memory_mask: Bool [batch, memory length], or its layout.
        training: Whether to drop.

    Returns:
        Float like `inputs`; what stands at masked tokens means nothing.
    """

    def __init__(self, num_heads: int, dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dropout = dropout

    def build(self, inputs_shape, memory_shape=None, token_mask_shape=None, memory_mask_shape=None):
        """Creates the sub-layers."""
        self.self_attention = SelfAttention(self.num_heads, name="self_attention", dtype=self.dtype_policy)
        self.self_residual = ResidualNorm(self.dropout, name="self_residual", dtype=self.dtype_policy)
        self.cross_attention = CrossAttention(self.num_heads, name="cross_attention", dtype=self.dtype_policy)
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
        return {**super().get_config(), "num_heads": self.num_heads, "dropout": self.dropout}
