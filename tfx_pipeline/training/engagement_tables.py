"""Reads what training's users did, as the tables of `models.unisar.engagement_features`."""

from collections.abc import Sequence

import numpy as np
import tensorflow_transform as tft
from scipy import sparse

from components.baselines.item_cosines import nearest_items
from models.catalogue import Catalogue
from models.unisar.engagement_features import NEIGHBOURS, QUERY_WORDS
from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.training import inputs
from tfx_pipeline.transform import vocabularies

_BATCH = 4096
_SATURATION = 1.2
"""BM25's k1: a word that led to an item so many times counts half of what it can count."""


def read_engagements(
    train_files: Sequence[str], transform_output: tft.TFTransformOutput, catalogue: Catalogue
) -> dict[str, np.ndarray]:
    """Reads who engaged with what, and after which queries, from the positives of the training examples.

    Users, items and words without an index of their own are left out: nobody knows whether they are the same.

    Args:
        train_files: Patterns of transformed training examples.
        transform_output: The output of the Transform that wrote them.
        catalogue: What is known of the items.

    Returns:
        The tables that `EngagementFeatures.set_tables` takes.
    """
    users = vocabularies.table_rows(transform_output, features.USER_VOCABULARY)
    items = len(catalogue.engagements)
    words = vocabularies.table_rows(transform_output, features.WORD_VOCABULARY)
    engaged, led = [np.zeros((0, 2), np.int32)], [np.zeros((0, 2), np.int32)]
    for by_surface, labels, *_ in inputs.joint_batches(train_files, transform_output, _BATCH):
        for surface, batch in by_surface.items():
            rows, places = np.nonzero(labels[surface].numpy() > 0)
            wanted = batch[features.CANDIDATE_ITEMS].numpy()[rows, places]
            engaged.append(np.stack([batch[features.USER].numpy()[rows], wanted], axis=1))
            if surface == Surface.SEARCH.value:
                of_queries = batch[features.QUERY_WORDS].numpy()[rows]
                led += [_once_a_query(of_queries, wanted)]
    of_users = _known(np.concatenate(engaged), users, items)
    of_words = _known(np.concatenate(led), words, items)
    return neighbour_tables(np.unique(of_users, axis=0), items) | query_tables(of_words, items, words)


def neighbour_tables(engaged: np.ndarray, items: int) -> dict[str, np.ndarray]:
    """The nearest neighbours of each item, and how near they are.

    Args:
        engaged: Int [pairs, 2], a user and an item the user engaged with, no pair twice.
        items: The number of item indices.

    Returns:
        `neighbours` and `cosines`; the second of two cosines is that of one user less who engaged with both.
    """
    cosines = nearest_items(engaged, items, NEIGHBOURS)
    norms = np.sqrt(np.maximum(np.bincount(engaged[:, 1], minlength=items), 1))
    near, values = _padded(cosines, NEIGHBOURS)
    without_one = np.maximum(values - 1 / (norms[:, np.newaxis] * norms[near]), 0)
    without_one[without_one < 1e-6] = 0  # Rounded.
    return {"neighbours": near, "cosines": np.stack([values, without_one], axis=-1).astype(np.float32)}


def query_tables(led: np.ndarray, items: int, words: int) -> dict[str, np.ndarray]:
    """The words of the queries that led to each item, and how much they count.

    Args:
        led: Int [any, 2], a word of a query and the item that was engaged with after it; once for each such query.
        items: The number of item indices.
        words: The number of word indices.

    Returns:
        `led_words`, those that count most, `led_weights`, and the `rarity` of words; the second of two weights is
        that of one query less.
    """
    counts = sparse.csr_matrix((np.ones(len(led)), (led[:, 1], led[:, 0])), shape=(items, words))
    counts.sum_duplicates()
    having = np.bincount(counts.indices, minlength=words)
    documents = np.count_nonzero(np.diff(counts.indptr))
    rarity = np.where(having > 0, np.log1p((documents - having + 0.5) / (having + 0.5)), 0)
    weights = counts.data / (counts.data + _SATURATION) * rarity[counts.indices]
    found, times = _padded(_largest(counts, weights, QUERY_WORDS), QUERY_WORDS)
    less = np.maximum(times - 1, 0)
    weights = np.stack([each / (each + _SATURATION) for each in (times, less)], axis=-1)
    return {"led_words": found, "led_weights": weights.astype(np.float32), "rarity": rarity.astype(np.float32)}


def _once_a_query(queries: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Int [any, 2]: each word of a query once, and the item."""
    rows = np.repeat(np.arange(len(queries)), queries.shape[1])
    pairs = np.unique(np.stack([rows, queries.ravel()], axis=1), axis=0)
    return np.stack([pairs[:, 1], wanted[pairs[:, 0]]], axis=1)


def _known(pairs: np.ndarray, firsts: int, seconds: int) -> np.ndarray:
    """The pairs of which both have an index of their own: the first index is padding, the last unknown."""
    sizes = np.array([firsts, seconds])
    return pairs[((pairs > features.PADDING) & (pairs < sizes - 1)).all(axis=1)]


def _largest(matrix: sparse.csr_matrix, keys: np.ndarray, count: int) -> sparse.csr_matrix:
    """Keeps the values of each row that have the largest keys; float [values] of the matrix, in its order."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -keys, rows))
    place = np.arange(len(order)) - matrix.indptr[rows]
    kept = order[place < count]
    return sparse.csr_matrix((matrix.data[kept], (rows[kept], matrix.indices[kept])), shape=matrix.shape)


def _padded(matrix: sparse.csr_matrix, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns and values of each row, filled up with 0: int32 and float [rows, width]."""
    matrix = matrix.tocsr()
    lengths = np.diff(matrix.indptr)
    is_value = np.arange(width) < lengths[:, np.newaxis]
    columns, values = np.zeros(is_value.shape, np.int32), np.zeros(is_value.shape)
    columns[is_value], values[is_value] = matrix.indices, matrix.data
    return columns, values
