"""The residual and the norm after every sub-layer of a post-norm transformer."""

from typing import Any

import keras

from models.layers.fast.dropout import Dropout
from models.layers.fast.layer_norm import LayerNorm
from models.registration import register


@register
class ResidualNorm(keras.layers.Layer):
    """Computes `LayerNorm(x + Dropout(update))`, the post-norm residual.

    Source: "Attention is all you need" (arXiv 1706.03762), sections 3.1 and 5.4; UniSAR's transformers use it.

    Example:
    >>> tokens = np.array([[[1.0, 3.0]]], "float32")
    >>> normed = ResidualNorm()(tokens, tokens)  # 2 and 6: one below, one above their mean
    >>> [round(each, 3) for each in ops.convert_to_numpy(normed)[0, 0].tolist()]
    [-1.0, 1.0]

    Args:
        dropout: Share of the update's entries dropped in training.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float [..., dim], the input of the sub-layer.
        update: Float [..., dim], the output of the sub-layer.
        training: Whether dropout is active.

    Returns:
        Float [..., dim].
    """

    def __init__(self, dropout: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.dropout = dropout

    def build(self, inputs_shape, update_shape=None):
        """Creates the norm's scale and offset."""
        self.drop = Dropout(self.dropout, name="drop", dtype=self.dtype_policy)
        self.norm = LayerNorm(name="norm", dtype=self.dtype_policy)
        self.norm.build(inputs_shape)
        self.built = True

    def call(self, inputs, update, training=False):
        """Adds and normalizes."""
        return self.norm(inputs + self.drop(update, training=training))

    def compute_output_shape(self, inputs_shape, update_shape=None):
        """The shape of `inputs`."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "dropout": self.dropout}
