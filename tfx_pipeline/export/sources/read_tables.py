"""Makes the tables of the sources from what a training reads: the catalogue and the training examples."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from models.catalogue import Catalogue
from schemas import features, retrieval_sources
from schemas.canonical_event import Surface
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.sources.candidate_sources import SourceTables
from tfx_pipeline.export.sources.item_tables import (
    NOTHING,
    categories_table,
    neighbours_table,
    queries_table,
    words_table,
)
from tfx_pipeline.training import inputs
from tfx_pipeline.transform import vocabularies

_BATCH = 4096


def read_tables(
    quotas: Mapping[str, int],
    catalogue: Catalogue,
    transform_output: tft.TFTransformOutput,
    train_files: Sequence[str],
    trained_output: tft.TFTransformOutput | None = None,
) -> SourceTables:
    """Makes the tables of the sources that are on.

    Args:
        quotas: How many items each source offers, by name.
        catalogue: What is known of the items.
        transform_output: The output of the Transform that wrote the catalogue.
        train_files: Patterns of transformed training examples.
        trained_output: The output of the Transform that wrote these examples; None if it is the catalogue's. Items that
            came later have no neighbours and no queries.
    """
    words = queries = neighbours = NOTHING
    known_words = vocabularies.table_rows(transform_output, features.WORD_VOCABULARY)
    of_examples = trained_output or transform_output
    items = vocabularies.table_rows(of_examples, features.ITEM_VOCABULARY)
    if quotas.get(retrieval_sources.WORDS):
        words = words_table(item_texts(catalogue, transform_output), known_words)
    if quotas.get(retrieval_sources.QUERIES):
        trained_words = vocabularies.table_rows(of_examples, features.WORD_VOCABULARY)
        queries = queries_table(read_queries(train_files, of_examples), items, trained_words)
        queries = dataclasses.replace(queries, size=known_words)
    if quotas.get(retrieval_sources.NEIGHBOURS):
        neighbours = neighbours_table(read_baskets(train_files, of_examples, items), items)
        neighbours = dataclasses.replace(neighbours, size=len(catalogue.engagements))
    paths, categories = categories_table(catalogue.categories, catalogue.engagements)
    return SourceTables(quotas, words, queries, paths, categories, neighbours)


def item_texts(catalogue: Catalogue, transform_output: tft.TFTransformOutput) -> list[np.ndarray]:
    """The words of titles, categories and attributes, each int [items, any].

    The words of a category's or an attribute's name are those that the Transform graph makes of a query of that name.
    Where the categories have no names but their paths have words, these are taken.
    """
    transform = ServingTransform(transform_output)
    parts = [catalogue.words]
    for indices, vocabulary in (
        (catalogue.categories, features.category_vocabulary),
        (catalogue.attributes, features.attribute_vocabulary),
    ):
        for place, column in enumerate(indices.T):
            names = [b"", *transform_output.vocabulary_by_name(vocabulary(place)), b""]
            parts.append(_words_of(names, transform)[column])
    if not catalogue.categories.shape[1]:
        parts.append(catalogue.category_words)
    return parts


def _words_of(names: Sequence[bytes], transform: ServingTransform) -> np.ndarray:
    """Int [names, words]."""
    surface = Surface.SEARCH.value
    found = []
    for first in range(0, len(names), _BATCH):
        queries = tf.constant(names[first : first + _BATCH])[:, tf.newaxis]
        raw = {features.QUERY: queries, features.SURFACE: tf.fill(tf.shape(queries), surface)}
        found.append(transform({name: tf.sparse.from_dense(each) for name, each in raw.items()})[features.QUERY_WORDS])
    return np.concatenate(found)


def read_baskets(train_files: Sequence[str], transform_output: tft.TFTransformOutput, items: int) -> np.ndarray:
    """Which items stand in the same histories.

    Args:
        train_files: Patterns of transformed training examples. Only those that hold each event once (`sequence_end`)
            count.
        transform_output: The output of the Transform that wrote them.
        items: The number of item indices.

    Returns:
        Int32 [pairs, 2], a number for each history with the item that followed it, and an item of it; no pair twice.
    """
    pairs, first = [np.zeros((0, 2), np.int32)], 0
    for by_surface, labels, *_ in inputs.joint_batches(train_files, transform_output, _BATCH, sequence_ends_only=True):
        for surface, batch in by_surface.items():
            count = len(batch[features.CANDIDATE_ITEMS])
            if not count:
                continue
            wanted = tf.where(labels[surface] > 0, batch[features.CANDIDATE_ITEMS], features.PADDING)
            parts = (batch[features.RECOMMENDATION_ITEMS], batch[features.SEARCH_ITEMS], wanted)
            both = np.concatenate([np.reshape(each, (count, -1)) for each in parts], axis=1)
            rows, places = np.nonzero((both > features.PADDING) & (both < items - 1))
            pairs.append(np.unique(np.stack([rows + first, both[rows, places]], axis=1), axis=0).astype(np.int32))
            first += count
    return np.concatenate(pairs)


def read_queries(train_files: Sequence[str], transform_output: tft.TFTransformOutput) -> np.ndarray:
    """Which queries led to which items.

    Args:
        train_files: Patterns of transformed training examples. Each engagement of a search is the positive of one.
        transform_output: The output of the Transform that wrote them.

    Returns:
        Int32 [pairs, 2], a word of a query and the item that the query led to, as often as it did. Both may be unknown.
    """
    pairs, search = [np.zeros((0, 2), np.int32)], Surface.SEARCH.value
    for by_surface, labels, *_ in inputs.joint_batches(train_files, transform_output, _BATCH, surfaces=(search,)):
        batch = {name: by_surface[search][name].numpy() for name in (features.CANDIDATE_ITEMS, features.QUERY_WORDS)}
        rows, places = np.nonzero(labels[search].numpy() > 0)
        words = batch[features.QUERY_WORDS][rows]
        wanted = batch[features.CANDIDATE_ITEMS][rows, places]
        owners, columns = np.nonzero(words != features.PADDING)
        pairs.append(np.stack([words[owners, columns], wanted[owners]], axis=1).astype(np.int32))
    return np.concatenate(pairs)
