"""Attention of a sequence to itself."""

from typing import Any

import keras

from models.layers.attention.dot_product_attention import attend, split_heads
from models.layers.fast.projection import Projection
from models.registration import register


@register
class SelfAttention(keras.layers.Layer):
    """Multi-head self-attention. One fused product computes queries, keys and values.

    Source: "Attention is all you need" (arXiv 1706.03762), as UniSAR (arXiv 2404.09520) and UnifiedSSR
    (arXiv 2310.13921) use it in their transformers.

    Example:
    >>> attended = SelfAttention(num_heads=2)(np.ones((2, 5, 8), "float32"), np.ones((2, 5), bool))
    >>> tuple(attended.shape)
    (2, 5, 8)

    Args:
        num_heads: Number of attention heads; it divides the width of the input.
        drawn_together: How many of the square kernels of queries, keys and values are drawn as one at the start: 3 as
            in `torch.nn.MultiheadAttention`, 1 draws each by itself. None draws each fused kernel of this layer as one.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim], or packed [tokens, dim].
        token_mask: Bool [batch, length], True where the token is real; or the sequences' layout. No token attends to
            a token that is not real.

    Returns:
        Float like `inputs`.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(self, num_heads: int, drawn_together: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.drawn_together = drawn_together

    def build(self, inputs_shape, token_mask_shape=None):
        """Creates both projections."""
        dim = inputs_shape[-1]
        if dim % self.num_heads:
            raise ValueError(
                f"`num_heads` should divide the input's width. Received: num_heads={self.num_heads}, width={dim}"
            )
        drawn = dim * self.drawn_together if self.drawn_together else None
        self.query_key_value = Projection(3 * dim, drawn_units=drawn, name="query_key_value", dtype=self.dtype_policy)
        self.query_key_value.build(inputs_shape)
        self.output_projection = Projection(dim, name="output_projection", dtype=self.dtype_policy)
        self.output_projection.build(inputs_shape)
        self.built = True

    def call(self, inputs, token_mask):
        """Lets each token attend to all real tokens."""
        queries, keys, values = split_heads(self.query_key_value(inputs), 3, self.num_heads, token_mask)
        return self.output_projection(attend(queries, keys, values, token_mask, token_mask))

    def compute_output_shape(self, inputs_shape, token_mask_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "num_heads": self.num_heads, "drawn_together": self.drawn_together}
