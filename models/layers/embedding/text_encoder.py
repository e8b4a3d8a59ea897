"""Encodes texts (queries, titles) as vectors."""

from typing import Any

import keras
from keras import ops

from models.layers.embedding.table_lookup import look_up
from models.layers.fast.packing import SHAPES_MAY_DEPEND_ON_VALUES
from models.layers.fast.projection import Projection
from models.layers.fast.reshaping import reshape
from models.registration import register
from schemas.features import PADDING, WORD_VOCABULARY


@register
class TextEncoder(keras.layers.Layer):
    """Takes the mean of a text's word embeddings, then applies a dense layer and tanh.

    A text without words has the mean 0. So its vector is `tanh(bias)`, the same for all such texts.

    Source: UniSAR (arXiv 2404.09520), embedding of queries. UnifiedSSR (arXiv 2310.13921) takes the mean alone.

    Example:
    >>> encoder = TextEncoder(words=100, word_dim=4, dim=8)
    >>> tuple(encoder(np.array([[17, 42, 0], [5, 0, 0]])).shape)  # two texts
    (2, 8)

    Args:
        words: Number of word indices, padding and out-of-vocabulary included.
        word_dim: Width of the word embeddings.
        dim: Width of the output.
        project: Whether to apply the dense layer and tanh. Without them the result is the mean itself, so `dim` must be
            `word_dim`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        word_ids: Int [..., words a text]; 0 is padding, anywhere in the text.
        training: Whether to expect many long texts. It changes the speed, but no result.

    Returns:
        Float [..., dim].

    Raises:
        ValueError: `project` is False, and `dim` is not `word_dim`.
    """

    def __init__(self, words: int, word_dim: int, dim: int, project: bool = True, **kwargs: Any):
        super().__init__(**kwargs)
        self.words = words
        self.word_dim = word_dim
        self.dim = dim
        self.project = project
        if not project and dim != word_dim:
            raise ValueError(f"Without projection `dim` should be `word_dim`. Received: word_dim={word_dim}, dim={dim}")

    def build(self, word_ids_shape=None):
        """Creates the word table and the projection."""
        self.word_embedding = self.add_weight(
            name="word_embedding", shape=(self.words, self.word_dim), initializer="glorot_normal"
        )
        if self.project:
            self.projection = Projection(self.dim, activation="tanh", name="projection", dtype=self.dtype_policy)
            self.projection.build((None, self.word_dim))
        self.built = True

    def table_vocabularies(self) -> dict[str, str]:
        """The vocabulary of the table of words, by the weight's path."""
        return {self.word_embedding.path: WORD_VOCABULARY}

    def call(self, word_ids, training=False):
        """Encodes each text."""
        shape = ops.shape(word_ids)
        word_ids = ops.reshape(word_ids, (-1, shape[-1]))
        real = ops.not_equal(word_ids, PADDING)
        counts = ops.sum(ops.cast(real, self.compute_dtype), axis=-1, keepdims=True)
        sum_words = self._sum_packed if training and SHAPES_MAY_DEPEND_ON_VALUES else self._sum_padded
        means = ops.divide(sum_words(word_ids, real, counts), ops.maximum(counts, 1))
        outputs = self.projection(means) if self.project else means
        return reshape(outputs, (*shape[:-1], self.dim))

    def _sum_padded(self, word_ids, real, counts):
        vectors = ops.cast(look_up(self.word_embedding, word_ids), self.compute_dtype)
        # A product masks the word vectors without copying them.
        weights = ops.expand_dims(ops.cast(real, self.compute_dtype), 1)
        return ops.squeeze(ops.matmul(weights, vectors), axis=1)

    def _sum_packed(self, word_ids, real, counts):
        """Looks up real words only. Most words of a title are padding, so that pays for finding the real ones."""
        length = ops.shape(word_ids)[1]
        # One place of a text without words is looked up too, so that every text has a sum. That sum is set to 0.
        empty = ops.equal(counts, 0)
        first = ops.equal(ops.arange(length, dtype="int32"), 0)
        places = ops.nonzero(ops.reshape(ops.logical_or(real, ops.logical_and(empty, first)), (-1,)))[0]
        vectors = look_up(self.word_embedding, ops.take(ops.reshape(word_ids, (-1,)), places))
        texts = ops.floor_divide(ops.cast(places, "int32"), length)
        return ops.where(empty, 0, ops.segment_sum(ops.cast(vectors, self.compute_dtype), texts, sorted=True))

    def compute_output_shape(self, word_ids_shape):
        """[..., dim]."""
        return (*word_ids_shape[:-1], self.dim)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "words": self.words,
            "word_dim": self.word_dim,
            "dim": self.dim,
            "project": self.project,
        }
