"""Which items are in which category, told by the categories' names."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

HASHES = 2**63 - 1


class CategoryFilter:
    """Tells the items of a category.

    Names are compared by 63 bits of hash, so that no request looks anything up.

    Attributes:
        table: What the saved module has to hold: int64 [items, levels].

    Args:
        names: String [items, levels], each item's categories from broad to narrow; empty where it has none.
    """

    def __init__(self, names: np.ndarray):
        self.table = tf.Variable(_hashed(tf.constant(names, tf.string)), trainable=False, name="category_hashes")

    @classmethod
    def of_indices(cls, indices: np.ndarray, vocabularies: Sequence[Sequence[bytes]]) -> "CategoryFilter":
        """Makes a filter of what the Transform made of the categories.

        Args:
            indices: Int [items, levels]; 0 where an item has none.
            vocabularies: Of each level, the names that the indices from 1 stand for.
        """
        # One array of names a level; what no index should point at is nameless.
        levels = [
            np.array([b"", *vocabulary, b""], object)[column]
            for vocabulary, column in zip(vocabularies, indices.T, strict=True)
        ]
        return cls(np.stack(levels, axis=1) if levels else np.zeros(indices.shape, object))

    def items_of(self, category: tf.Tensor) -> tf.Tensor:
        """Tells the items of each row's category.

        Args:
            category: String [batch, levels], broad to narrow, of any number of levels; the empty string stands for any.

        Returns:
            Bool [batch, items].
        """
        levels = self.table.shape[1]
        # A name at a level that no item has is in no item's way: it excludes them all.
        is_possible = tf.reduce_all(tf.equal(category[:, levels:], ""), axis=1, keepdims=True)
        asked = tf.pad(category, [[0, 0], [0, levels]], constant_values="")[:, :levels]
        result = tf.repeat(is_possible, self.table.shape[0], axis=1)
        # Level by level, so that nothing is larger than the answer.
        for name, own in zip(tf.unstack(asked, levels, axis=1), tf.unstack(self.table, levels, axis=1), strict=True):
            is_asked = tf.equal(_hashed(name)[:, tf.newaxis], own[tf.newaxis])
            result = tf.logical_and(result, tf.logical_or(tf.equal(name, "")[:, tf.newaxis], is_asked))
        return result


def _hashed(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.to_hash_bucket_fast(texts, HASHES)
