"""Engagement features: what the clicks of training say of a candidate, beside what is learned of its id."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.registration import register
from models.unisar.items_of_history import ItemsOfHistory, newest_query
from models.vocabulary import Vocabulary
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

NEIGHBOURS = 32
"""How many neighbours of an item are known, the nearest ones."""
QUERY_WORDS = 16
"""How many words of the queries that led to an item are known."""
_NEWEST = 20
"""So many of the newest items of a history are looked at."""


@register
class EngagementFeatures(keras.layers.Layer):
    """Looks each candidate up in what training's users did, as a simple rule would.

    There are eight features. The first is ln(1 + n), n the number of training examples whose positive is the candidate.
    Three tell how near the candidate is to the newest 20 items of the history: the sum of their cosines, the mean that
    weighs an item by 1 / (1 + age), where age counts tokens from the newest, and the cosine with the newest item. The
    cosine of two items is the number of users who engaged with both, divided by the root of the product of the numbers
    who engaged with each. Four tell how much of a text stands in the queries after which the candidate was engaged
    with: of the query, and of the history's newest query, the share of its words, rare ones counting more, and
    ln(1 + s), s the sum of the rarities. A word that led to the candidate n times counts n / (n + 1.2), as in BM25.

    In training, the example itself is among what the tables count, and would betray its positive. So where `positives`
    are given, these are looked up in tables without one user, one example: as if it had not been. Whoever has had the
    item before counts all the same among the users who engaged with it, as for negatives of the history.

    Source: ours. Queries as texts of items are an idea of Pinterest's OmniSearchSage (arXiv 2404.16260).

    Args:
        vocabulary: The sizes of the tables, or its fields as a dict.
        repeats: Whether candidates may be items of the history, as in `OverlapFeatures`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: The features `MODEL_INPUTS` by name.
        positives: Float [batch, candidates], above 0 for candidates that the example itself adds to the tables; None if
            there are none, as wherever the model is served or measured.

    Returns:
        Float [batch, candidates, `width`].
    """

    width = 8

    def __init__(self, vocabulary: Vocabulary | Mapping[str, Any], repeats: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.repeats = repeats
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.from_dict(vocabulary)

    def build(self, input_shape=None):
        """Creates the tables, which know nothing yet."""
        items, words = self.vocabulary.items, self.vocabulary.words

        def table(name, *shape, dtype="float32"):
            return self.add_weight(
                name=name, shape=shape, dtype=dtype, initializer="zeros", trainable=False, autocast=False
            )

        self.counts = table("counts", items)
        self.neighbours = table("neighbours", items, NEIGHBOURS, dtype="int32")
        # Of each, as it is and without one user or example.
        self.cosines = table("cosines", items, NEIGHBOURS, 2)
        self.led_words = table("led_words", items, QUERY_WORDS, dtype="int32")
        self.led_weights = table("led_weights", items, QUERY_WORDS, 2)
        self.rarity = table("query_rarity", words)
        self.built = True

    def set_counts(self, counts) -> None:
        """Sets of how many training examples each item is the positive: int [items]."""
        self.counts.assign(ops.cast(counts, "float32"))

    def set_tables(self, tables: Mapping[str, Any]) -> None:
        """Sets what training's users did.

        Args:
            tables: `neighbours` and `led_words`, int [items, `NEIGHBOURS`] and [items, `QUERY_WORDS`], 0 for
                padding; `cosines` and `led_weights`, float of the same shape and 2, the second without one user or
                example; `rarity`, float [words].
        """
        self.neighbours.assign(tables["neighbours"])
        self.cosines.assign(tables["cosines"])
        self.led_words.assign(tables["led_words"])
        self.led_weights.assign(tables["led_weights"])
        self.rarity.assign(tables["rarity"])

    def call(self, inputs, positives=None):
        """Computes the features of each candidate."""
        candidates = inputs[features.CANDIDATE_ITEMS]
        own = ops.zeros(ops.shape(candidates), "float32") if positives is None else positives
        own = ops.cast(ops.greater(own, 0), "float32")
        counts = ops.maximum(ops.take(self.counts, candidates, axis=0) - own, 0.0)
        parts = [ops.expand_dims(ops.log1p(counts), -1), self._nearness(candidates, inputs, own)]
        is_search = ops.equal(inputs[features.SURFACE_INDEX], Surface.SEARCH.model_index)
        query = ops.where(ops.expand_dims(is_search, -1), inputs[features.QUERY_WORDS], PADDING)
        parts += [self._led_to(candidates, each, own) for each in (query, newest_query(inputs))]
        return ops.cast(ops.concatenate(parts, axis=-1), self.compute_dtype)

    def _nearness(self, candidates, inputs, own):
        """Float [batch, candidates, 3]."""
        whole = ItemsOfHistory.of(inputs)
        history = whole.newest(_NEWEST)
        shape = ops.shape(history.items)
        near = ops.reshape(ops.take(self.neighbours, history.items, axis=0), (shape[0], 1, shape[1] * NEIGHBOURS))
        near = ops.cast(near, candidates.dtype)
        cosines = ops.take(self.cosines, history.items, axis=0)  # [batch, length, neighbours, 2]
        is_newest, decayed, is_real = (ops.expand_dims(history.weights[..., place], (2, 3)) for place in range(3))
        of_all = ops.concatenate([cosines * weight for weight in (is_real, decayed, is_newest)], axis=-1)
        of_all = ops.reshape(of_all, (shape[0], shape[1] * NEIGHBOURS, 6))
        same = ops.logical_and(
            ops.equal(ops.expand_dims(candidates, -1), near), ops.expand_dims(ops.not_equal(candidates, PADDING), -1)
        )
        sums = ops.matmul(ops.cast(same, "float32"), of_all)  # Whole, then without one user, for each weight.
        is_held = ops.any(ops.equal(candidates[:, :, None], whole.items[:, None, :]), axis=2)
        is_new = ops.cast(ops.logical_not(is_held), "float32")
        # Of an item that the history holds, an earlier example says the same: without this one, nothing is less.
        near = _chosen(sums, own * is_new)
        return near if self.repeats else near * ops.expand_dims(is_new, -1)

    def _led_to(self, candidates, text, own):
        """How much of a text stands in the queries that led to each candidate: float [batch, candidates, 2].

        Args:
            candidates: Int [batch, candidates].
            text: Int [batch, words].
            own: Float [batch, candidates].
        """
        rarity = ops.take(self.rarity, text, axis=0)
        # [batch, candidates, words of an item]
        words = ops.cast(ops.take(self.led_words, candidates, axis=0), text.dtype)
        weights = ops.take(self.led_weights, candidates, axis=0)
        same = ops.equal(ops.expand_dims(text, (1, 3)), ops.expand_dims(words, 2))
        of_words = ops.matmul(ops.cast(same, "float32"), weights)  # [batch, candidates, words of the text, 2]
        of_words = ops.multiply(of_words, ops.expand_dims(rarity, (1, 3)))
        found = ops.squeeze(_chosen(ops.sum(of_words, axis=2), own), axis=-1)
        whole = ops.maximum(ops.sum(rarity, axis=-1, keepdims=True), 1e-6)
        return ops.stack([ops.divide(found, whole), ops.log1p(found)], axis=-1)

    def led_by_all(self, candidates, query):
        """Which candidates were engaged with after queries with all known words of this one: bool [batch, candidates].

        Args:
            candidates: Int [batch, candidates].
            query: Int [batch, words].
        """
        is_known = ops.logical_and(ops.not_equal(query, PADDING), ops.less(query, self.vocabulary.words - 1))
        words = ops.cast(ops.take(self.led_words, candidates, axis=0), query.dtype)
        led = ops.any(ops.equal(ops.expand_dims(query, (1, 3)), ops.expand_dims(words, 2)), axis=3)
        led_or_unknown = ops.logical_or(led, ops.expand_dims(ops.logical_not(is_known), 1))
        return ops.logical_and(ops.all(led_or_unknown, axis=2), ops.any(is_known, axis=1, keepdims=True))

    def compute_output_shape(self, inputs_shape, positives_shape=None):
        """[batch, candidates, width]."""
        return (*inputs_shape[features.CANDIDATE_ITEMS], self.width)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "vocabulary": self.vocabulary.to_dict(), "repeats": self.repeats}


def _chosen(values, own):
    """Of pairs [..., 2 * n], the first or, where `own` is 1, the second: float [..., n]."""
    own = ops.expand_dims(own, -1)
    return values[..., 0::2] * (1 - own) + values[..., 1::2] * own
