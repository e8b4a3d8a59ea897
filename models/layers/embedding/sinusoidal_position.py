"""Sinusoidal positions, which need no table."""

import math
from typing import Any

import keras
from keras import ops

from models.registration import register

LONGEST_WAVE = 10_000.0


@register
class SinusoidalPosition(keras.layers.Layer):
    """Adds to each token the sines and cosines of its place.

    Entries 2i and 2i + 1 of place p are the sine and the cosine of `p / 10000^(2i / dim)`. A sequence may have any
    length.

    Source: "Attention is all you need" (arXiv 1706.03762), section 3.5, as UnifiedSSR (arXiv 2310.13921) uses it.

    Example:
    >>> encoded = SinusoidalPosition()(np.zeros((1, 5, 8), "float32"))
    >>> tuple(encoded.shape)
    (1, 5, 8)

    Call arguments:
        inputs: Float [batch, length, dim]; dim is even.

    Returns:
        Float [batch, length, dim].

    Raises:
        ValueError: `build` gets an odd width.
    """

    def build(self, inputs_shape):
        """Checks the width."""
        dim = inputs_shape[-1]
        if dim % 2:
            raise ValueError(f"The input's width should be even. Received: width={dim}")
        self.built = True

    def call(self, inputs):
        """Adds the places."""
        length, dim = ops.shape(inputs)[1], inputs.shape[-1]
        rates = ops.exp(ops.multiply(ops.arange(0, dim, 2, dtype="float32"), -math.log(LONGEST_WAVE) / dim))
        angles = ops.multiply(ops.expand_dims(ops.arange(length, dtype="float32"), 1), rates)
        waves = ops.reshape(ops.stack([ops.sin(angles), ops.cos(angles)], axis=-1), (1, length, dim))
        return inputs + ops.cast(waves, inputs.dtype)

    def compute_output_shape(self, inputs_shape) -> Any:
        """The shape of `inputs`."""
        return inputs_shape
