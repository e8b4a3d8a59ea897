"""Attention of one sequence to another."""

from typing import Any

import keras

from models.layers.attention.dot_product_attention import attend, split_heads
from models.layers.fast.projection import Projection
from models.registration import register


@register
class CrossAttention(keras.layers.Layer):
    """Multi-head attention of a sequence to a memory. One fused product computes keys and values.

    Source: the encoder-decoder attention of "Attention is all you need" (arXiv 1706.03762). UniSAR (arXiv 2404.09520)
    uses it in transition fusion, UnifiedSSR (arXiv 2310.13921) between the branches of its dual-branch encoder.

    Example:
    >>> tokens, memory = np.ones((2, 3, 8), "float32"), np.ones((2, 5, 8), "float32")
    >>> attended = CrossAttention(num_heads=2)(tokens, memory, np.ones((2, 5), bool))
    >>> tuple(attended.shape)
    (2, 3, 8)

    Args:
        num_heads: Number of attention heads; it divides the width of the input.
        drawn_together: How many of the square kernels of queries, keys and values are drawn as one at the start: 3 as
            in `torch.nn.MultiheadAttention`, 1 draws each by itself. None draws each fused kernel of this layer as one.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [batch, length, dim], or packed [tokens, dim].
        memory: Float [batch, memory length, dim], or packed.
        memory_mask: Bool [batch, memory length], True where the memory is real; or its layout.
        token_mask: The layout of packed inputs; any other value is ignored.

    Returns:
        Float like `inputs`. Where the whole memory is masked, it is the bias of the output projection.

    Raises:
        ValueError: `build` gets a width that `num_heads` does not divide.
    """

    def __init__(self, num_heads: int, drawn_together: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.drawn_together = drawn_together

    def build(self, inputs_shape, memory_shape=None, memory_mask_shape=None, token_mask_shape=None):
        """Creates the three projections."""
        dim = inputs_shape[-1]
        if dim % self.num_heads:
            raise ValueError(
                f"`num_heads` should divide the input's width. Received: num_heads={self.num_heads}, width={dim}"
            )
        drawn = dim * self.drawn_together if self.drawn_together else None
        self.query = Projection(dim, drawn_units=drawn, name="query", dtype=self.dtype_policy)
        self.key_value = Projection(2 * dim, drawn_units=drawn, name="key_value", dtype=self.dtype_policy)
        self.output_projection = Projection(dim, name="output_projection", dtype=self.dtype_policy)
        for each in (self.query, self.key_value, self.output_projection):
            each.build((None, dim))
        self.built = True

    def call(self, inputs, memory, memory_mask, token_mask=None):
        """Attends to the memory."""
        (queries,) = split_heads(self.query(inputs), 1, self.num_heads, token_mask)
        keys, values = split_heads(self.key_value(memory), 2, self.num_heads, memory_mask)
        return self.output_projection(attend(queries, keys, values, memory_mask, token_mask))

    def compute_output_shape(self, inputs_shape, memory_shape=None, memory_mask_shape=None, token_mask_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "num_heads": self.num_heads, "drawn_together": self.drawn_together}
