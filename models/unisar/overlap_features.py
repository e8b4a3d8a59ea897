"""Overlap features: what a candidate has in common with the query and with the newest tokens of the histories."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from models.registration import register
from models.unisar.items_of_history import ItemsOfHistory, newest_query
from models.vocabulary import Attribute, Vocabulary
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

_OF_A_FIELD = 3
_OF_A_TEXT = 4


@register
class OverlapFeatures(keras.layers.Layer):
    """Compares each candidate with the request as a simple rule would: same category, same brand, the query's words.

    A network of embeddings has to learn for each value that it equals itself. These features say so, also for items and
    values that training has hardly seen. They come from the model's own inputs and tables, so they are the same in
    training and in serving.

    A field is a category or an attribute of items. Of each field there are three features: whether the candidate has
    the value of the newest item of the history; the share of the history's items that have it, an item's weight being
    1 / (1 + age), where age counts tokens from the newest; and ln(1 + n), n the number of items that have it. Values
    that are unknown equal nothing.

    If items have texts, a candidate's texts are compared with three others: the query, the newest query of the history,
    and the texts of the history's newest item. Of each there are four features: how much of the other text the
    candidate has; how much of the candidate's text is in the other; whether it has all words of the other; and
    ln(1 + s). Shares weigh words by their rarity, and s is the sum of the rarities of the shared words. A word's rarity
    is BM25's ln(1 + (N - n + 0.5) / (n + 0.5)), n of N texts having it. Unknown words count nothing.

    With `repeats`, negatives come from the history, too, and a candidate that the history holds is compared with the
    others of it. Without, such a candidate has nothing in common with the history: no negative ever is in there, so
    that the features would betray the positive.

    Source: ours; the rarity is that of Robertson and Zaragoza, The Probabilistic Relevance Framework (2009).

    Args:
        vocabulary: The sizes of the tables and the attributes of items, or its fields as a dict.
        repeats: Whether candidates may be items of the history.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: The features `MODEL_INPUTS` by name.
        tables: The values of each attribute of items, int [items] or [items, words] by the attribute's name.

    Returns:
        Float [batch, candidates, `width`].
    """

    def __init__(self, vocabulary: Vocabulary | Mapping[str, Any], repeats: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.repeats = repeats
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.from_dict(vocabulary)
        attributes = self.vocabulary.item_attributes
        self._texts = [each.name for each in attributes if each.is_text]
        self._fields: list[Attribute] = [each for each in attributes if not each.row_width]

    @property
    def width(self) -> int:
        """The number of features."""
        return _OF_A_FIELD * len(self._fields) + (3 * _OF_A_TEXT if self._texts else 0)

    def build(self, input_shape=None):
        """Creates the table of rarities."""
        self.rarity = None
        if self._texts:
            self.rarity = self.add_weight(
                name="rarity", shape=(self.vocabulary.words,), initializer="zeros", trainable=False, autocast=False
            )
        self.built = True

    def set_texts(self, values: Mapping[str, Any]) -> None:
        """Computes each word's rarity from the texts of all items: int [items, words] by the attribute's name."""
        if self.rarity is not None:
            texts = [ops.convert_to_numpy(values[name]) for name in self._texts]
            self.rarity.assign(word_rarity(texts, self.vocabulary.words))

    def call(self, inputs, tables):
        """Computes the features of each candidate."""
        candidates = inputs[features.CANDIDATE_ITEMS]
        history = ItemsOfHistory.of(inputs)
        parts, of_query = [], []
        is_other = ops.not_equal(candidates[:, :, None], history.items[:, None, :])
        if self._fields:
            values = self._values(candidates, tables), self._values(history.items, tables)
            parts.append(_shared_values(*values, history.weights, is_other if self.repeats else None))
        if self._texts:
            texts = self._words(candidates, tables)
            is_search = ops.equal(inputs[features.SURFACE_INDEX], Surface.SEARCH.model_index)
            query = ops.where(ops.expand_dims(is_search, -1), inputs[features.QUERY_WORDS], PADDING)
            of_texts = self._rarity_of(texts)
            of_query.append(_shared_words(texts, of_texts, query, self._rarity_of(query)))
            earlier = newest_query(inputs)
            parts.append(_shared_words(texts, of_texts, earlier, self._rarity_of(earlier)))
            newest = self._words(history.newest_item, tables)
            of_newest = _shared_words(texts, of_texts, newest, self._rarity_of(newest))
            if self.repeats:
                is_not_newest = ops.not_equal(candidates, ops.expand_dims(history.newest_item, 1))
                of_newest = ops.multiply(of_newest, ops.cast(is_not_newest, "float32")[..., None])
            parts.append(of_newest)
        of_history = ops.concatenate(parts, axis=-1)
        if not self.repeats:
            of_history = ops.multiply(of_history, ops.cast(ops.all(is_other, axis=2), "float32")[..., None])
        return ops.cast(ops.concatenate([of_history, *of_query], axis=-1), self.compute_dtype)

    def query_words(self, overlaps):
        """Which candidates have none of the query's known words, and which have all of them.

        Args:
            overlaps: What `call` returned.

        Returns:
            Two of bool [batch, candidates]; both are False throughout if items have no texts.
        """
        if not self._texts:
            nowhere = ops.zeros_like(overlaps[..., 0], dtype="bool")
            return nowhere, nowhere
        of_query = overlaps[..., -_OF_A_TEXT:]
        return ops.equal(of_query[..., 0], 0), ops.greater(of_query[..., 2], 0.5)

    def _values(self, ids, tables):
        """The fields of items; unknown values and padding become 0: int [..., fields]."""
        values = [(ops.take(tables[each.name], ids, axis=0), each.size - 1) for each in self._fields]
        return ops.stack([ops.where(ops.less(each, unknown), each, PADDING) for each, unknown in values], axis=-1)

    def _words(self, ids, tables):
        """All words of the items' texts: int [..., words]."""
        texts = [ops.take(tables[name], ids, axis=0) for name in self._texts]
        return texts[0] if len(texts) == 1 else ops.concatenate(texts, axis=-1)

    def _rarity_of(self, words):
        return ops.take(self.rarity, words, axis=0)

    def compute_output_shape(self, inputs_shape, tables_shape=None):
        """[batch, candidates, width]."""
        return (*inputs_shape[features.CANDIDATE_ITEMS], self.width)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "vocabulary": self.vocabulary.to_dict(), "repeats": self.repeats}


def word_rarity(texts: Sequence[np.ndarray], words: int) -> np.ndarray:
    """The rarity of each word: float32 [words]; 0 for padding and the out-of-vocabulary index.

    Args:
        texts: Int [items, words of a text], one or more texts of each item. A word counts once an item.
        words: The number of word indices.
    """
    together = np.concatenate(texts, axis=1)
    rows = np.repeat(np.arange(len(together), dtype=np.int64), together.shape[1])
    once = np.unique(rows * words + together.ravel()) % words
    having = np.bincount(once, minlength=words)
    count = np.count_nonzero(together.any(axis=1))
    rarity = np.log1p((count - having + 0.5) / (having + 0.5)).astype(np.float32)
    rarity[[PADDING, words - 1]] = 0
    return rarity


def _shared_values(candidates, items, weights, is_other):
    """Compares candidates with the items of the history, field by field: float [batch, candidates, 3 * fields].

    Args:
        candidates: Int [batch, candidates, fields].
        items: Int [batch, length, fields].
        weights: Those of `ItemsOfHistory`.
        is_other: Bool [batch, candidates, length], false where an item of the history is the candidate itself, which
            then does not count; None counts all.
    """
    candidates = ops.transpose(candidates, (0, 2, 1))  # [batch, fields, candidates]
    items = ops.transpose(items, (0, 2, 1))
    same = ops.equal(ops.expand_dims(candidates, -1), ops.expand_dims(items, 2))
    same = ops.logical_and(same, ops.expand_dims(ops.not_equal(candidates, PADDING), -1))
    if is_other is not None:
        same = ops.logical_and(same, ops.expand_dims(is_other, 1))
    sums = ops.matmul(ops.cast(same, "float32"), ops.expand_dims(weights, 1))
    sums = ops.transpose(sums, (0, 2, 1, 3))  # [batch, candidates, fields, 3]
    parts = ops.concatenate([sums[..., :2], ops.log1p(sums[..., 2:])], axis=-1)
    batch, count = ops.shape(parts)[:2]
    return ops.reshape(parts, (batch, count, parts.shape[2] * _OF_A_FIELD))


def _shared_words(texts, of_texts, other, of_other):
    """Compares the candidates' texts with one other text of each row: float [batch, candidates, 4].

    Args:
        texts: Int [batch, candidates, words].
        of_texts: Float [batch, candidates, words], the rarity of each word.
        other: Int [batch, other words].
        of_other: Float [batch, other words].
    """
    same = ops.equal(ops.expand_dims(texts, -1), ops.expand_dims(ops.expand_dims(other, 1), 1))
    is_shared = ops.cast(ops.any(same, axis=2), "float32")  # [batch, candidates, other words]
    shared = ops.squeeze(ops.matmul(is_shared, ops.expand_dims(of_other, -1)), axis=-1)
    whole_other = ops.sum(of_other, axis=-1, keepdims=True)
    found = ops.sum(ops.multiply(ops.cast(ops.any(same, axis=3), "float32"), of_texts), axis=-1)
    share_of_other = ops.divide(shared, ops.maximum(whole_other, 1e-6))
    share_of_text = ops.divide(found, ops.maximum(ops.sum(of_texts, axis=-1), 1e-6))
    has_all = ops.cast(ops.greater(share_of_other, 0.999), "float32")
    return ops.stack([share_of_other, share_of_text, has_all, ops.log1p(shared)], axis=-1)
