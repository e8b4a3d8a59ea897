"""Fuses the two transitions of a history to one (UniSAR, transition fusion)."""

from typing import Any

import keras

from models.layers.transformer.transformer_decoder_block import TransformerDecoderBlock
from models.registration import register


@register
class TransitionFusion(keras.layers.Layer):
    """A transformer decoder over the transition within a kind; its memory is the transition from the other kind.

    Source: UniSAR (arXiv 2404.09520), transition fusion.

    Args:
        num_layers: Number of decoder layers.
        num_heads: Number of attention heads; it divides the width of the input.
        dropout: Share of entries dropped in training.
        drawn_together: As in `CrossAttention`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        within: Float [batch, length, dim], or packed [tokens, dim]: r2r or s2s.
        across: Float like `within`: s2r or r2s.
        token_mask: Bool [batch, length], True where the token is real; or the sequences' layout.
        training: Whether dropout is active.

    Returns:
        Float like `within`; values at masked tokens are meaningless.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(
        self,
        num_layers: int,
        num_heads: int,
        dropout: float = 0.0,
        drawn_together: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.drawn_together = drawn_together
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.dropout = dropout

    def build(self, within_shape, across_shape=None, token_mask_shape=None):
        """Creates the decoder layers."""
        self.blocks = []
        for index in range(self.num_layers):
            block = TransformerDecoderBlock(
                self.num_heads,
                self.dropout,
                self.drawn_together,
                name=f"block_{index}",
                dtype=self.dtype_policy,
            )
            block.build(within_shape)
            self.blocks.append(block)
        self.built = True

    def call(self, within, across, token_mask, training=False):
        """Fuses both transitions."""
        fused = within
        for block in self.blocks:
            fused = block(fused, across, token_mask, token_mask, training=training)
        return fused

    def compute_output_shape(self, within_shape, across_shape=None, token_mask_shape=None):
        """The shape of `within`."""
        return within_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
            "drawn_together": self.drawn_together,
        }
