"""The sources of candidates beside the vectors, within the exported graph, and what a request asks them for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from schemas import features, retrieval_sources
from tfx_pipeline.export.sources import weighted_lists
from tfx_pipeline.export.sources.allowed_items import AllowedItems
from tfx_pipeline.export.sources.item_tables import Table
from tfx_pipeline.export.sources.merging import SourceList, merged
from tfx_pipeline.export.sources.own_items import own_items
from tfx_pipeline.export.sources.popularity_order import PopularityOrder
from tfx_pipeline.export.sources.weighted_lists import NO_PLACE, Entries, WeightedLists

NEWEST_FOR_CATEGORY = 5
"""So many of the newest items of a history tell the categories."""
NEWEST_FOR_NEIGHBOURS = 50


@dataclass(frozen=True)
class SourceTables:
    """What the sources are made of, see `item_tables`.

    Attributes:
        quotas: How many items each source offers, by name; a source that is missing or has 0 offers none.
        words: The items that hold each word.
        queries: The items that queries with each word led to.
        paths: Int [items], the category path of each item.
        categories: The items of each path.
        neighbours: The neighbours of each item.
    """

    quotas: Mapping[str, int]
    words: Table
    queries: Table
    paths: np.ndarray
    categories: Table
    neighbours: Table


class Asked(NamedTuple):
    """What the sources read of a request.

    Attributes:
        words: Int32 [batch, any], the words of the query or of the newest one of the history; 0 is padding.
        history: Int32 [batch, any], rows of the item table: the items of the history, oldest first; 0 is padding.
        allowed: The items that may be answered.
    """

    words: tf.Tensor
    history: tf.Tensor
    allowed: AllowedItems


class CandidateSources(tf.Module):
    """Offers items beside those with the nearest vectors. The saved module has to hold it.

    Args:
        tables: What it is made of.
        order: The order of popularity.
    """

    def __init__(self, tables: SourceTables, order: PopularityOrder):
        super().__init__(name="candidate_sources")
        self._order = order
        self._quotas = {name: quota for name, quota in tables.quotas.items() if quota}
        places = order.places.numpy()
        self._lists = {
            name: WeightedLists(table.keys, places[table.items], table.weights, table.size, name)
            for name, table in (
                (retrieval_sources.WORDS, tables.words),
                (retrieval_sources.QUERIES, tables.queries),
                (retrieval_sources.CATEGORY, tables.categories),
                (retrieval_sources.NEIGHBOURS, tables.neighbours),
            )
            if name in self._quotas
        }
        if retrieval_sources.CATEGORY in self._lists:
            self._paths = tf.Variable(tables.paths.astype(np.int32), trainable=False, name="category_paths")

    def with_nearest(self, nearest: tf.Tensor, asked: Asked, columns: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Merges the items of all sources with those of the nearest vectors, which also fill what is left.

        Args:
            nearest: Int32 [batch, columns], rows of the item table, the nearest first; 0 is padding.
            asked: What the sources read.
            columns: How many items of a row are wanted, an int32 scalar.

        Returns:
            Rows of the item table, padded with 0, and the numbers of their sources in `retrieval_sources.SOURCES`; both
            int32 [batch, at most columns].
        """
        lists = []
        for number, name in enumerate(retrieval_sources.SOURCES):
            if name not in self._quotas:
                continue
            if name == retrieval_sources.VECTORS:
                places = tf.gather(self._order.places, nearest)
            else:
                places = self._offered(name, asked)
            # Popularity suits nobody in particular, so it is the first to be cut.
            after = int(name == retrieval_sources.POPULARITY)
            lists.append(SourceList(number, places, self._quotas[name], after))
        places, sources = merged(lists, columns)
        is_item = tf.not_equal(places, NO_PLACE)
        rows = tf.gather(self._order.rows, tf.maximum(places, 0))
        return tf.where(is_item, rows, features.PADDING), sources

    def _offered(self, name: str, asked: Asked) -> tf.Tensor:
        """The items of a source other than the vectors, as places in the order of popularity."""
        quota = self._quotas[name]
        if name == retrieval_sources.POPULARITY:
            return asked.allowed.most_popular(tf.constant(quota))
        if name == retrieval_sources.HISTORY:
            entries = own_items(tf.gather(self._order.places, asked.history), self._order.items)
        else:
            entries = weighted_lists.summed(self._entries(name, asked, quota), self._order.items)
        found = asked.allowed.of(entries)
        return weighted_lists.heaviest(found, tf.shape(asked.history)[0], quota)

    def _entries(self, name: str, asked: Asked, quota: int) -> Entries:
        lists = self._lists[name]
        if name in (retrieval_sources.WORDS, retrieval_sources.QUERIES):
            return lists.of(weighted_lists.distinct_keys(asked.words))
        if name == retrieval_sources.NEIGHBOURS:
            return lists.of(weighted_lists.distinct_keys(_newest(asked.history, NEWEST_FOR_NEIGHBOURS)))
        # An item is of one path, so the most popular of each path are enough. A path that several items of the history
        # have counts several times.
        paths = tf.gather(self._paths, _newest(asked.history, NEWEST_FOR_CATEGORY))
        return lists.of(paths, asked.allowed.enough(tf.constant(quota)))


def words_asked(inputs: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """The words of each row's query in a search and, in the feed, of the newest query of its history.

    Args:
        inputs: What the Transform graph makes of a request.

    Returns:
        Int32 [batch, any]; 0 is padding.
    """
    is_search = tf.equal(inputs[features.SURFACE_INDEX], 1)[:, tf.newaxis]
    newest = tf.reduce_sum(inputs[features.SEARCH_KINDS], axis=1, keepdims=True) - 1
    sessions = tf.range(tf.shape(inputs[features.SEARCH_KINDS])[1])
    is_newest = tf.cast(tf.equal(sessions, newest), tf.int32)[:, :, tf.newaxis]
    past = tf.reduce_sum(is_newest * inputs[features.SEARCH_WORDS], axis=1)
    typed = tf.where(is_search, inputs[features.QUERY_WORDS], features.PADDING)
    return tf.concat([typed, tf.where(is_search, features.PADDING, past)], axis=1)


def _newest(history: tf.Tensor, count: int) -> tf.Tensor:
    """The last `count` items of each row that are no padding, int32 [batch, at most count], with padding before."""
    order = tf.argsort(tf.cast(tf.not_equal(history, features.PADDING), tf.int32), axis=1, stable=True)
    return tf.gather(history, order, batch_dims=1)[:, -count:]
