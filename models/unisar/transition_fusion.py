"""Two transitions of one history made one (UniSAR, transition fusion)."""

from typing import Any

import keras

from models.layers.transformer.transformer_decoder_block import TransformerDecoderBlock
from models.registration import register


@register
class TransitionFusion(keras.layers.Layer):
    """A transformer decoder over the transition within a kind, whose memory is the transition from the other kind.

    Args:
        num_layers: Decoder layers.
        num_heads: Divides the width of the input.
        dropout: Share of entries dropped in training.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        within: Float [batch, length, dim], or packed [tokens, dim]: r2r or s2s.
        across: Float like `within`: s2r or r2s.
        token_mask: Bool [batch, length], True where the token is real; or the sequences' layout.
        training: Whether to drop.

    Returns:
        Float like `within`; what stands at masked tokens means nothing.
    """

    def __init__(self, num_layers: int, num_heads: int, dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.dropout = dropout

    def build(self, within_shape, across_shape=None, token_mask_shape=None):
        """Creates the decoder layers."""
        self.blocks = []
        for index in range(self.num_layers):
            block = TransformerDecoderBlock(
                self.num_heads, self.dropout, name=f"block_{index}", dtype=self.dtype_policy
            )
            block.build(within_shape)
            self.blocks.append(block)
        self.built = True

    def call(self, within, across, token_mask, training=False):
        """Fuses."""
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
        }
