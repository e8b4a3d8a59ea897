"""One layer of UnifiedSSR's Siamese encoder, which both branches share."""

from typing import Any

import keras

from models.layers.attention.cross_attention import CrossAttention
from models.layers.attention.self_attention import SelfAttention
from models.layers.fast.dropout import Dropout
from models.layers.fast.layer_norm import LayerNorm
from models.layers.fast.projection import Projection
from models.registration import register


@register
class SiameseEncoderBlock(keras.layers.Layer):
    """Self-attention, cross-attention to the other branch and a feed-forward part, each with a pre-norm residual.

    Both branches pass through the same weights. Each is the input once, with the other as its memory. A single branch
    is its own memory. The input is normalized before each sub-layer; the memory is not.

    Source: UnifiedSSR (arXiv 2310.13921), Siamese dual-branch encoder.

    Example:
    >>> products, queries = np.ones((2, 5, 8), "float32"), np.ones((2, 5, 8), "float32")
    >>> real = np.ones((2, 5), bool)
    >>> block = SiameseEncoderBlock(num_heads=2, hidden_dim=16)
    >>> tuple(block(products, queries, real, real).shape)
    (2, 5, 8)

    Args:
        num_heads: Number of attention heads; it divides the width of the input.
        hidden_dim: Width between the two dense layers of the feed-forward part.
        dropout: Share of entries dropped in training.
        drawn_together: As in `CrossAttention`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim].
        memory: Float [batch, memory length, dim].
        token_mask: Bool [batch, length], True where a token may be seen; or [batch or 1, length, length], which says
            for each token which tokens it may see.
        memory_mask: Bool [batch, memory length] or [batch or 1, length, memory length], the same for the memory.
        training: Whether dropout is active.

    Returns:
        Float [batch, length, dim]. It is not normalized, so a norm should follow the last block.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        dropout: float = 0.0,
        drawn_together: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.drawn_together = drawn_together
        self.num_heads = num_heads
        self.hidden_dim = hidden_dim
        self.dropout = dropout

    def build(self, inputs_shape, memory_shape=None, token_mask_shape=None, memory_mask_shape=None):
        """Creates the sub-layers."""
        dim = inputs_shape[-1]
        self.self_norm = self._make_norm("self_norm")
        attention = {"num_heads": self.num_heads, "drawn_together": self.drawn_together, "dtype": self.dtype_policy}
        self.self_attention = SelfAttention(**attention, name="self_attention")
        self.cross_norm = self._make_norm("cross_norm")
        self.cross_attention = CrossAttention(**attention, name="cross_attention")
        self.feed_forward_norm = self._make_norm("feed_forward_norm")
        self.inner = Projection(self.hidden_dim, activation="relu", name="inner", dtype=self.dtype_policy)
        for each in (
            self.self_norm,
            self.self_attention,
            self.cross_norm,
            self.cross_attention,
            self.feed_forward_norm,
            self.inner,
        ):
            each.build(inputs_shape)
        self.outer = Projection(dim, name="outer", dtype=self.dtype_policy)
        self.outer.build((None, self.hidden_dim))
        self.drop = Dropout(self.dropout, name="drop", dtype=self.dtype_policy)
        self.built = True

    def _make_norm(self, name: str) -> keras.layers.Layer:
        return LayerNorm(name=name, dtype=self.dtype_policy)

    def call(self, inputs, memory, token_mask, memory_mask, training=False):
        """Encodes one branch."""

        def residual(sequence, update):
            return sequence + self.drop(update, training=training)

        own = residual(inputs, self.self_attention(self.self_norm(inputs), token_mask))
        both = residual(own, self.cross_attention(self.cross_norm(own), memory, memory_mask))
        hidden = self.drop(self.inner(self.feed_forward_norm(both)), training=training)
        return residual(both, self.outer(hidden))

    def compute_output_shape(self, inputs_shape, memory_shape=None, token_mask_shape=None, memory_mask_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
            "drawn_together": self.drawn_together,
        }
