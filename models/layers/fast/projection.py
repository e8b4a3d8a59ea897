"""A dense layer that is fast on sequences."""

from typing import Any

import keras
from keras import ops

from models.layers.fast.reshaping import reshape
from models.registration import register


@register
class Projection(keras.layers.Layer):
    """Computes `activation(x · kernel + bias)` over the last axis, with all other axes flattened to one.

    Stock `Dense` multiplies [batch, length, dim] by [dim, units] as a batch of small products. One flat product and its
    gradient are several times as fast on a CPU.

    Source: a dense layer, as in both papers; the speed is ours.

    Example:
    >>> tuple(Projection(3, activation="relu")(np.ones((2, 5, 8), "float32")).shape)
    (2, 5, 3)

    Args:
        units: Width of the output.
        activation: Name of a Keras activation, or None.
        use_bias: Whether to add a bias.
        drawn_units: Draw the kernel at the start as a part of one that is so wide, by Glorot's variance
            2 / (dim + drawn_units). None: as it is, `units`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [..., dim].

    Returns:
        Float [..., units].
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        drawn_units: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.drawn_units = drawn_units
        self.units = units
        self.activation = activation
        self.use_bias = use_bias
        self._activate = keras.activations.get(activation)

    def build(self, input_shape):
        """Creates the kernel and the bias."""
        dim = input_shape[-1]
        scale = (dim + self.units) / (dim + (self.drawn_units or self.units))
        start = keras.initializers.VarianceScaling(scale, "fan_avg", "truncated_normal")
        self.kernel = self.add_weight(name="kernel", shape=(dim, self.units), initializer=start)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.built = True

    def call(self, inputs):
        """Projects the last axis."""
        shape = ops.shape(inputs)
        outputs = inputs if len(shape) == 2 else ops.reshape(inputs, (-1, self.kernel.shape[0]))
        outputs = ops.matmul(outputs, self.kernel)
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        outputs = self._activate(outputs)
        return outputs if len(shape) == 2 else reshape(outputs, (*shape[:-1], self.units))

    def compute_output_shape(self, input_shape):
        """[..., units]."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "drawn_units": self.drawn_units,
        }
