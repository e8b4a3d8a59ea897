"""Finds the items of a category by the category's name."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

HASHES = 2**63 - 1


class CategoryFilter:
    """Finds the items of a category.

    It compares 63-bit hashes of the names, so that no request needs a lookup table.

    Attributes:
        table: The hashes, int64 [items, levels]. The saved module has to hold it.

    Args:
        names: String [items, levels], each item's categories from broad to narrow; empty if it has none at a level.
    """

    def __init__(self, names: np.ndarray):
        self.table = tf.Variable(_hashed(tf.constant(names, tf.string)), trainable=False, name="category_hashes")

    @classmethod
    def of_indices(cls, indices: np.ndarray, vocabularies: Sequence[Sequence[bytes]]) -> "CategoryFilter":
        """Makes a filter from the indices that the Transform gave the categories.

        Args:
            indices: Int [items, levels]; 0 if an item has no category at a level.
            vocabularies: For each level, the names of the indices from 1 on.
        """
        # One array of names for each level. The indices of padding and of the unknown have empty names.
        levels = [
            np.array([b"", *vocabulary, b""], object)[column]
            for vocabulary, column in zip(vocabularies, indices.T, strict=True)
        ]
        return cls(np.stack(levels, axis=1) if levels else np.zeros(indices.shape, object))

    def items_of(self, category: tf.Tensor) -> tf.Tensor:
        """Finds the items of each row's category.

        Args:
            category: String [batch, levels], from broad to narrow, with any number of levels. The empty string stands
                for any category of its level.

        Returns:
            Bool [batch, items].
        """
        levels = self.table.shape[1]
        # If a row names a category at a level that no item has, no item fits.
        is_possible = tf.reduce_all(tf.equal(category[:, levels:], ""), axis=1, keepdims=True)
        asked = tf.pad(category, [[0, 0], [0, levels]], constant_values="")[:, :levels]
        result = tf.repeat(is_possible, self.table.shape[0], axis=1)
        # Goes level by level, so that no tensor is larger than the answer.
        for name, own in zip(tf.unstack(asked, levels, axis=1), tf.unstack(self.table, levels, axis=1), strict=True):
            is_asked = tf.equal(_hashed(name)[:, tf.newaxis], own[tf.newaxis])
            result = tf.logical_and(result, tf.logical_or(tf.equal(name, "")[:, tf.newaxis], is_asked))
        return result

    def fits(self, category: tf.Tensor, rows: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Whether single items are of the category of single rows.

        Args:
            category: As in `items_of`, for all rows.
            rows: Int32 [n], rows of `category`.
            items: Int32 [n], rows of the table.

        Returns:
            Bool [n].
        """
        levels = self.table.shape[1]
        is_any = tf.equal(category, "")
        asked, own = tf.gather(_hashed(category[:, :levels]), rows), tf.gather(self.table, items)
        named = tf.shape(asked)[1]  # May be fewer than the levels that items have.
        equal = tf.logical_or(tf.equal(asked, own[:, :named]), tf.gather(is_any[:, :levels], rows))
        is_possible = tf.gather(tf.reduce_all(is_any[:, levels:], axis=1), rows)
        return tf.logical_and(is_possible, tf.reduce_all(equal, axis=1))


def _hashed(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.to_hash_bucket_fast(texts, HASHES)
