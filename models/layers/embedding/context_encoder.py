"""The context of a request (hour, weekday, device) as one vector."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import keras
from keras import ops

from models.registration import register
from models.vocabulary import Attribute
from schemas.features import PADDING, context_vocabulary


@register
class ContextEncoder(keras.layers.Layer):
    """Concatenates the embeddings of all context values of a request; a value that is not known is 0.

    Source: an addition of ours to UniSAR (arXiv 2404.09520). The vector joins user and query in front of the experts.

    Example:
    >>> from models.vocabulary import Attribute
    >>> encoder = ContextEncoder([Attribute("hour", size=25, dim=4), Attribute("device", size=4, dim=2)])
    >>> tuple(encoder(np.array([[13, 2], [0, 1]])).shape)
    (2, 6)

    Args:
        attributes: One `models.vocabulary.Attribute`, or its fields as a dict, for each value in the order of the
            columns.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        values: Int [batch, values]; 0 is unknown.

    Returns:
        Float [batch, width]; `width` is the sum of the embeddings' widths.
    """

    def __init__(self, attributes: Sequence[Attribute | Mapping[str, Any]], **kwargs: Any):
        super().__init__(**kwargs)
        self.attributes = tuple(each if isinstance(each, Attribute) else Attribute(**each) for each in attributes)
        self.width = sum(each.dim for each in self.attributes)

    def build(self, values_shape=None):
        """Creates one table for each value."""
        self.embeddings = [
            self.add_weight(name=f"{each.name}_embedding", shape=(each.size, each.dim), initializer="glorot_normal")
            for each in self.attributes
        ]
        self.built = True

    def table_vocabularies(self) -> dict[str, str]:
        """The vocabulary of each table, by the weight's path."""
        return {
            table.path: context_vocabulary(each.name)
            for each, table in zip(self.attributes, self.embeddings, strict=True)
        }

    def call(self, values):
        """Embeds the values."""
        known = ops.cast(ops.not_equal(values, PADDING), self.compute_dtype)
        vectors = [
            ops.multiply(ops.cast(ops.take(table, values[:, place], axis=0), self.compute_dtype), known[:, place, None])
            for place, table in enumerate(self.embeddings)
        ]
        return ops.concatenate(vectors, axis=-1)

    def compute_output_shape(self, values_shape):
        """[batch, width]."""
        return (*values_shape[:-1], self.width)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "attributes": [asdict(each) for each in self.attributes]}
