"""Texts (queries, titles) as vectors."""

from typing import Any

import keras
from keras import ops

from models.layers.projection import Projection
from models.registration import register
from schemas.features import PADDING


@register
class TextEncoder(keras.layers.Layer):
    """The mean of a text's word embeddings, then dense and tanh (UniSAR, embedding module).

    A text without words has the mean 0, so its vector is `tanh(bias)`: the same for all such texts.

    Args:
        words: Number of word indices, padding and out-of-vocabulary included.
        word_dim: Width of the word embeddings.
        dim: Width of the output.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        word_ids: Int [..., words a text]; 0 is padding, anywhere in the text.

    Returns:
        Float [..., dim].
    """

    def __init__(self, words: int, word_dim: int, dim: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.words = words
        self.word_dim = word_dim
        self.dim = dim

    def build(self, word_ids_shape=None):
        """Creates the word table and the projection."""
        self.word_embedding = self.add_weight(
            name="word_embedding", shape=(self.words, self.word_dim), initializer="glorot_normal"
        )
        self.projection = Projection(self.dim, activation="tanh", name="projection", dtype=self.dtype_policy)
        self.projection.build((None, self.word_dim))
        self.built = True

    def call(self, word_ids):
        """Encodes each text."""
        shape = ops.shape(word_ids)
        word_ids = ops.reshape(word_ids, (-1, shape[-1]))
        known = ops.cast(ops.not_equal(word_ids, PADDING), self.compute_dtype)
        weights = ops.divide(known, ops.maximum(ops.sum(known, axis=-1, keepdims=True), 1))
        vectors = ops.cast(ops.take(self.word_embedding, word_ids, axis=0), self.compute_dtype)
        # The weighted sum as a product: no copy of all word vectors is made to mask them.
        means = ops.squeeze(ops.matmul(ops.expand_dims(weights, 1), vectors), axis=1)
        return ops.reshape(self.projection(means), (*shape[:-1], self.dim))

    def compute_output_shape(self, word_ids_shape):
        """[..., dim]."""
        return (*word_ids_shape[:-1], self.dim)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "words": self.words, "word_dim": self.word_dim, "dim": self.dim}
