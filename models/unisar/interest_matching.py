"""Interest matching: one vector of what a user wants, compared with any number of items (our addition)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

from models.layers.attention.target_attention import TargetAttention
from models.layers.fast.dropout import Dropout
from models.layers.fast.projection import Projection
from models.registration import register
from models.unisar.unisar_config import UniSARConfig


class Interest(NamedTuple):
    """The user's side of interest matching: what each row wants.

    Attributes:
        state: Float [batch, dim], compared with items.
        words: Float [batch, dim], compared with items' texts; None if the rows have no query or texts are not compared.
    """

    state: Any
    words: Any


@register
class InterestMatching(keras.layers.Layer):
    """Computes the vector whose product with an item's vector is added to the item's score.

    UniSAR's network sees each item together with the histories. That costs too much to learn against thousands of
    items. A product is cheap enough for that: see `models.losses.sampled_softmax`. From each fused history, the vector
    takes what the query attends to and the newest token.

    Source: an addition of ours to UniSAR (arXiv 2404.09520), off by default.

    Args:
        config: The model's configuration, or its fields as a dict.
        histories: Number of histories.
        compares_texts: Whether queries are compared with items' texts.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        histories: For each history, a pair of float [batch, length, dim] and bool [batch, length]; real tokens come
            first.
        users: Float [batch, dim].
        queries: Float [batch, dim]; in recommendation, the vector that replaces a query.
        is_search: Whether the rows are rows of search.
        training: Whether dropout is active.

    Returns:
        `Interest`.
    """

    def __init__(
        self, config: UniSARConfig | Mapping[str, Any], histories: int, compares_texts: bool = False, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, UniSARConfig) else UniSARConfig(**config)
        self.histories = histories
        self.compares_texts = compares_texts

    def build(self, input_shape=None):
        """Creates the weights."""
        dim, policy = self.config.dim, self.dtype_policy
        self.pools = [TargetAttention(name=f"pool_{index}", dtype=policy) for index in range(self.histories)]
        for pool in self.pools:
            pool.build((None, None, dim))
        self.drop = Dropout(self.config.matching_dropout, name="drop", dtype=policy)
        self.inner = Projection(2 * dim, activation="gelu", name="inner", dtype=policy)
        self.inner.build((None, (2 * self.histories + 1 + self.config.matching_users) * dim))
        self.outer = Projection(dim, name="outer", dtype=policy)
        self.outer.build((None, 2 * dim))
        self.words = None
        if self.compares_texts:
            self.words = Projection(dim, use_bias=False, name="words", dtype=policy)
            self.words.build((None, dim))
        self.built = True

    def start_at_zero(self) -> None:
        """Makes all products 0 until something is learned."""
        for layer in (self.outer, *([self.words] if self.words else [])):
            layer.kernel.assign(ops.zeros_like(layer.kernel))

    def call(self, histories, users, queries, is_search, training=False):
        """Computes the vectors of the rows."""
        parts = [queries, users] if self.config.matching_users else [queries]
        for pool, (sequence, mask) in zip(self.pools, histories, strict=True):
            parts.append(ops.squeeze(pool(sequence, ops.expand_dims(queries, 1), mask), axis=1))
            parts.append(_newest(sequence, mask))
        state = self.outer(self.inner(self.drop(ops.concatenate(parts, axis=-1), training=training)))
        words = self.words(queries) if is_search and self.words is not None else None
        return Interest(state, words)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "config": self.config.to_dict(),
            "histories": self.histories,
            "compares_texts": self.compares_texts,
        }


def matching_scores(interest: Interest, vectors, texts):
    """The products of each row's interest and its own candidates: float [batch, candidates].

    Args:
        interest: The `Interest` of the rows.
        vectors: Float [batch, candidates, dim].
        texts: Float [batch, candidates, dim]; ignored if the interest has no words.
    """
    scores = ops.squeeze(ops.matmul(vectors, ops.expand_dims(interest.state, -1)), axis=-1)
    if interest.words is None:
        return scores
    return ops.add(scores, ops.squeeze(ops.matmul(texts, ops.expand_dims(interest.words, -1)), axis=-1))


def _newest(sequence, mask):
    """The last real token of each row, or 0 if there is none: float [batch, dim]."""
    real = ops.cast(mask, sequence.dtype)
    following = ops.concatenate([real[:, 1:], ops.zeros_like(real[:, :1])], axis=1)
    is_newest = ops.multiply(real, ops.subtract(1, following))
    return ops.squeeze(ops.matmul(ops.expand_dims(is_newest, 1), sequence), axis=1)
