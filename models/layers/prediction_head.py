"""The tower and prediction network of a task, which end in its score."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from models.layers.fast.dropout import Dropout
from models.layers.fast.projection import Projection
from models.layers.fast.reshaping import reshape
from models.registration import register


@register
class PredictionHead(keras.layers.Layer):
    """Dense layers with ReLU and dropout, then one number: the tower and the prediction network of a task.

    Source: UniSAR (arXiv 2404.09520), prediction.

    Example:
    >>> tuple(PredictionHead(units=[16, 8])(np.ones((2, 5, 32), "float32")).shape)  # a logit a candidate
    (2, 5)

    Args:
        units: Widths of the hidden layers.
        dropout: Share of entries dropped in training after each.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [..., features].
        training: Whether dropout is active.

    Returns:
        Float [...]: logits.
    """

    def __init__(self, units: Sequence[int], dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.units = tuple(units)
        self.dropout = dropout

    def build(self, input_shape):
        """Creates the dense layers."""
        width = input_shape[-1]
        self.hidden = []
        for index, units in enumerate(self.units):
            layer = Projection(units, activation="relu", name=f"hidden_{index}", dtype=self.dtype_policy)
            layer.build((None, width))
            self.hidden.append(layer)
            width = units
        self.drop = Dropout(self.dropout, name="drop", dtype=self.dtype_policy)
        self.logit = Projection(1, name="logit", dtype=self.dtype_policy)
        self.logit.build((None, width))
        self.built = True

    def call(self, inputs, training=False):
        """Scores each place of the leading axes."""
        outputs = ops.reshape(inputs, (-1, inputs.shape[-1]))
        for layer in self.hidden:
            outputs = self.drop(layer(outputs), training=training)
        return reshape(self.logit(outputs), ops.shape(inputs)[:-1])

    def compute_output_shape(self, input_shape):
        """[...]."""
        return input_shape[:-1]

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "units": list(self.units), "dropout": self.dropout}
