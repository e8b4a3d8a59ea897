"""Dropout that draws one random byte for each entry."""

from typing import Any

import keras
from keras import ops

from models.registration import register

_LEVELS = 256


@register
class Dropout(keras.layers.Layer):
    """In training, sets entries to 0 at random and scales the others, so that the expected value stays.

    Each entry takes one random byte, a quarter of what stock `Dropout` draws. On a CPU, drawing took most of its time.
    So the rate is a multiple of 1/256: 0.1 becomes 26/256.

    Source: dropout (Srivastava et al. 2014). Both papers' code uses it; the resolution of the rate is ours.

    Example:
    >>> dropout = Dropout(0.5)
    >>> ops.convert_to_numpy(dropout(np.ones((1, 3), "float32"))).tolist()  # Nothing is dropped outside training.
    [[1.0, 1.0, 1.0]]
    >>> sorted(set(ops.convert_to_numpy(dropout(np.ones((1, 64), "float32"), training=True)).flatten().tolist()))
    [0.0, 2.0]

    Args:
        rate: Share of entries to drop, in [0, 1).
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [..., width]; the width must be static.
        training: Whether dropout is active.

    Returns:
        Float [..., width].

    Raises:
        ValueError: `rate` is not in [0, 1).
    """

    def __init__(self, rate: float, **kwargs: Any):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` should lie in [0, 1). Received: rate={rate}")
        self.rate = rate
        self._dropped_levels = round(rate * _LEVELS)
        if self._dropped_levels:
            self.seed_generator = keras.random.SeedGenerator()
        self.built = True

    def call(self, inputs, training=False):
        """Drops entries in training. Otherwise returns the inputs."""
        if not training or not self._dropped_levels:
            return inputs
        *leading, width = ops.shape(inputs)
        # The view as bytes needs a last axis of whole 4-byte words.
        words = keras.random.randint(
            (*leading, -(-width // 4)), -(2**31), 2**31 - 1, dtype="int32", seed=self.seed_generator
        )
        kept = ops.greater_equal(ops.view(words, "uint8")[..., :width], self._dropped_levels)
        scale = _LEVELS / (_LEVELS - self._dropped_levels)
        return ops.multiply(inputs, ops.multiply(ops.cast(kept, inputs.dtype), scale))

    def compute_output_shape(self, input_shape):
        """The shape of `inputs`."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "rate": self.rate}
