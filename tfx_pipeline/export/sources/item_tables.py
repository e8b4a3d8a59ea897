"""What the sources of candidates are made of: tables by item, word and category, computed once, at the export."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.baselines.item_cosines import nearest_items
from components.baselines.rules.matching_words import K1, B
from schemas import features

NEIGHBOURS = 50
"""How many neighbours of an item are kept, the nearest ones."""


@dataclass(frozen=True)
class Table:
    """Items with weights by key, in any order.

    Attributes:
        keys: Int [entries].
        items: Int [entries], item indices.
        weights: Float [entries].
        size: The number of keys.
    """

    keys: np.ndarray
    items: np.ndarray
    weights: np.ndarray
    size: int


NOTHING = Table(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 1)
"""A table without entries."""


def words_table(texts: Sequence[np.ndarray], words: int) -> Table:
    """BM25 of each word in each item's text, as the rule `words_of_query` has it. The keys are the words' indices.

    Every item has a text, be it an empty one.

    Args:
        texts: Parts of the items' texts, each int [items, any]: indices of words. The first row is padding, the last
            the unknown item.
        words: The number of word indices. Padding, the first, and the unknown word, the last, are no words.
    """
    joined = np.concatenate(texts, axis=1) if texts else np.zeros((2, 0), np.int64)
    real_items = max(len(joined) - 2, 0)
    items, columns = np.nonzero((joined > features.PADDING) & (joined < words - 1))
    inside = (items > 0) & (items <= real_items)
    items, found = items[inside], joined[items[inside], columns[inside]].astype(np.int64)
    return _bm25(found, items, real_items, words)


def queries_table(led: np.ndarray, items: int, words: int) -> Table:
    """BM25 of each word in the queries that led to each item, as the rule `queries_of_items` has it.

    All queries that led to an item are one text. An item without any has none, so that it counts for nothing. The keys
    are the words' indices.

    Args:
        led: Int [pairs, 2], a word of a query and the item that it led to, as often as it did.
        items: The number of item indices. Padding, the first, and the unknown item, the last, are left out.
        words: The number of word indices. Padding, the first, and the unknown word, the last, are no words.
    """
    known = (led > features.PADDING) & (led < [words - 1, items - 1])
    found, owners = led[known.all(axis=1)].astype(np.int64).T
    return _bm25(found, owners, len(np.unique(owners)), words)


def _bm25(found: np.ndarray, items: np.ndarray, texts: int, words: int) -> Table:
    """BM25 of words in texts.

    Args:
        found: Int64 [any], a word.
        items: Int [any], the item whose text has it, once for each time.
        texts: How many texts there are.
        words: The number of word indices.
    """
    lengths = np.bincount(items)
    mean = max(lengths.sum() / max(texts, 1), 1e-9)
    rows = max(len(lengths), 1)
    pairs, times = np.unique(found * rows + items, return_counts=True)
    keys, items = pairs // rows, pairs % rows
    holding = np.bincount(keys, minlength=words)[keys]
    rarity = np.log(1 + (texts - holding + 0.5) / (holding + 0.5))
    weights = rarity * times * (K1 + 1) / (times + K1 * (1 - B + B * lengths[items] / mean))
    return Table(keys, items, weights, words)


def categories_table(categories: np.ndarray, engagements: np.ndarray) -> tuple[np.ndarray, Table]:
    """The items of each category path by popularity.

    Args:
        categories: Int [items, levels]; 0 at a level without a category.
        engagements: Int [items].

    Returns:
        The path of each item, int [items], 0 for none; and the table, whose keys are paths. An item weighs one more
        than it was engaged with, so that even one that never was comes in.
    """
    if not categories.shape[1]:
        return np.zeros(len(categories), np.int32), NOTHING
    _, paths = np.unique(np.vstack([np.zeros_like(categories[:1]), categories]), axis=0, return_inverse=True)
    # The path of nothing sorts first, whether or not an item has it.
    paths = paths.reshape(-1)[1:].astype(np.int32)
    paths[[0, -1]] = 0
    (items,) = np.nonzero(paths)
    return paths, Table(paths[items], items, engagements[items] + 1.0, int(paths.max(initial=0)) + 1)


def neighbours_table(baskets: np.ndarray, items: int) -> Table:
    """The items that stand in the same histories as each item, by their cosine. The keys are item indices.

    Args:
        baskets: Int [pairs, 2], the number of a history and an item of it, no pair twice.
        items: The number of item indices.
    """
    cosines = nearest_items(baskets, items, NEIGHBOURS).tocoo()
    return Table(cosines.row, cosines.col, cosines.data, items)
