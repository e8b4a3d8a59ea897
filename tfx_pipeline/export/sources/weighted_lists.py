"""Lists of items with weights, one for each word, category or item: the form of all sources but the vectors."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

NO_PLACE = -1
"""Stands where a row has no more items."""


class Entries(NamedTuple):
    """Entries of several lists, one after the other, those of the first row first.

    Attributes:
        rows: Int32 [entries], the row of the request that each belongs to.
        places: Int32 [entries], the item, as its place in the order of popularity.
        weights: Float32 [entries].
    """

    rows: tf.Tensor
    places: tf.Tensor
    weights: tf.Tensor


class WeightedLists(tf.Module):
    """For each key from 0 on, a list of items with weights, the heaviest first.

    It keeps all lists one after the other and where each starts. So an entry takes 8 bytes, a key 8, and a key without
    items nothing more.

    Args:
        keys: Int [entries], the key of each entry, in any order.
        places: Int [entries], the item of each entry, as its place in the order of popularity.
        weights: Float [entries].
        size: The number of keys.
        name: The name of the variables.
    """

    def __init__(self, keys: np.ndarray, places: np.ndarray, weights: np.ndarray, size: int, name: str):
        super().__init__(name=name)
        order = np.lexsort((places, -weights, keys))
        starts = np.searchsorted(keys[order], np.arange(size + 1))
        self._starts = tf.Variable(starts.astype(np.int64), trainable=False, name=f"{name}_starts")
        self._places = tf.Variable(places[order].astype(np.int32), trainable=False, name=f"{name}_places")
        self._weights = tf.Variable(weights[order].astype(np.float32), trainable=False, name=f"{name}_weights")

    def of(self, keys: tf.Tensor, longest: tf.Tensor | None = None) -> Entries:
        """Reads the lists of keys.

        Args:
            keys: Int [batch, keys].
            longest: An integer scalar: of each list, only so many of its heaviest entries are read.
        """
        flat = tf.reshape(keys, [-1])
        starts = tf.gather(self._starts, flat)
        lengths = tf.gather(self._starts, flat + 1) - starts
        if longest is not None:
            lengths = tf.minimum(lengths, tf.cast(longest, tf.int64))
        found = tf.ragged.range(starts, starts + lengths).flat_values
        shape = tf.shape(keys)
        rows = tf.repeat(tf.repeat(tf.range(shape[0]), shape[1]), lengths)
        return Entries(rows, tf.gather(self._places, found), tf.gather(self._weights, found))


def summed(entries: Entries, items: int) -> Entries:
    """Adds up the weights of entries of the same row and item; rows and, within a row, places ascend."""
    pairs = tf.cast(entries.rows, tf.int64) * items + tf.cast(entries.places, tf.int64)
    distinct, owners = tf.unique(pairs)
    weights = tf.math.unsorted_segment_sum(entries.weights, owners, tf.size(distinct))
    order = tf.argsort(distinct, stable=True)
    distinct = tf.gather(distinct, order)
    places = tf.cast(distinct % items, tf.int32)
    return Entries(tf.cast(distinct // items, tf.int32), places, tf.gather(weights, order))


def heaviest(entries: Entries, batch: tf.Tensor, count: int) -> tf.Tensor:
    """The items of each row with the largest weights; of equal ones, the first.

    Args:
        entries: Items, each once in its row; rows ascend. From `summed`, the first of equal ones is the more popular.
        batch: The number of rows, an int32 scalar.
        count: How many items of a row are wanted.

    Returns:
        Their places in the order of popularity, int32 [batch, at most count], filled up with `NO_PLACE`.
    """
    # `top_k` keeps the order of equal weights.
    by_row = tf.RaggedTensor.from_value_rowids(entries.weights, entries.rows, tf.cast(batch, entries.rows.dtype))
    places = by_row.with_values(entries.places).to_tensor(NO_PLACE)
    weights = by_row.to_tensor(-float("inf"))
    _, best = tf.math.top_k(weights, tf.minimum(count, tf.shape(weights)[1]))
    return tf.gather(places, best, batch_dims=1)


def distinct_keys(keys: tf.Tensor) -> tf.Tensor:
    """Puts 0 in the place of every repetition of a key in its row: int [batch, keys], in another order."""
    ordered = tf.sort(keys, axis=1)
    repeats = tf.pad(tf.equal(ordered[:, 1:], ordered[:, :-1]), [[0, 0], [1, 0]])[:, : tf.shape(keys)[1]]
    return tf.where(repeats, tf.zeros_like(ordered), ordered)
