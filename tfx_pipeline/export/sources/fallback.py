"""What is answered where nothing is known of a request: the most popular items."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import tensorflow as tf

from schemas import features, retrieval_sources
from tfx_pipeline.export.catalogue import item_lists
from tfx_pipeline.export.sources.allowed_items import AllowedItems
from tfx_pipeline.export.sources.popularity_order import PopularityOrder
from tfx_pipeline.export.sources.weighted_lists import NO_PLACE

_POPULARITY = retrieval_sources.SOURCES.index(retrieval_sources.POPULARITY)


class Found(NamedTuple):
    """Items that were found, best first.

    Attributes:
        rows: Int32 [batch, any], rows of the item table; 0 is padding.
        scores: Float32 of the same shape; `item_lists.NO_ITEM` for padding.
        sources: Int32 of the same shape, numbers of `retrieval_sources.SOURCES`.
    """

    rows: tf.Tensor
    scores: tf.Tensor
    sources: tf.Tensor


class Fallback:
    """Answers the most popular items where a row has neither a known word nor a known item.

    A model would answer such a row by what it makes of nobody in particular, which it was hardly trained for. The score
    of an item is about the share of all engagements of training that were with it (`PopularityOrder.shares`).

    Args:
        order: The order of popularity.
        words: The number of word indices; the last one stands for all unknown words.
    """

    def __init__(self, order: PopularityOrder, words: int):
        self._order = order
        self._words = words

    def instead(
        self, found: Found, inputs: Mapping[str, tf.Tensor], allowed: Callable[[], AllowedItems], columns: tf.Tensor
    ) -> Found:
        """Replaces the rows of which nothing is known.

        Args:
            found: What was found, at most `columns` items of a row.
            inputs: What the Transform graph makes of the request.
            allowed: Makes the items that may be answered. It is called only in a branch of the graph.
            columns: How many items of a row are wanted, an int32 scalar.

        Returns:
            Items, with `columns` places in each row.
        """
        found = Found(
            _widened(found.rows, columns, features.PADDING),
            _widened(found.scores, columns, item_lists.NO_ITEM),
            _widened(found.sources, columns, 0),
        )
        # The table has a row for padding and one for the unknown, too.
        is_unknown = nothing_is_known(inputs, self._order.items + 2, self._words)

        def replaced() -> Found:
            places = _widened(allowed().most_popular(columns), columns, NO_PLACE)
            is_item, at = tf.not_equal(places, NO_PLACE), tf.maximum(places, 0)
            popular = Found(
                tf.where(is_item, tf.gather(self._order.rows, at), features.PADDING),
                tf.where(is_item, tf.gather(self._order.shares, at), item_lists.NO_ITEM),
                tf.fill(tf.shape(places), _POPULARITY),
            )
            here = is_unknown[:, tf.newaxis]
            return Found(*(tf.where(here, new, old) for new, old in zip(popular, found, strict=True)))

        return Found(*tf.cond(tf.reduce_any(is_unknown), replaced, lambda: found))


def nothing_is_known(inputs: Mapping[str, tf.Tensor], items: int, words: int) -> tf.Tensor:
    """Whether a row has neither a known word in its query or history, nor a known item in its history.

    Args:
        inputs: What the Transform graph makes of a request.
        items: The number of item indices; the last one stands for all unknown items.
        words: The number of word indices; likewise.

    Returns:
        Bool [batch].
    """
    known = [
        _has_known(inputs[name], rows)
        for name, rows in (
            (features.RECOMMENDATION_ITEMS, items),
            (features.SEARCH_ITEMS, items),
            (features.SEARCH_WORDS, words),
            (features.QUERY_WORDS, words),
        )
    ]
    return tf.logical_not(tf.reduce_any(tf.stack(known, axis=1), axis=1))


def _has_known(indices: tf.Tensor, rows: int) -> tf.Tensor:
    is_known = tf.logical_and(tf.not_equal(indices, features.PADDING), tf.less(indices, rows - 1))
    return tf.reduce_any(is_known, axis=list(range(1, len(indices.shape))))


def _widened(values: tf.Tensor, columns: tf.Tensor, padding: float) -> tf.Tensor:
    return tf.pad(values, [[0, 0], [0, columns - tf.shape(values)[1]]], constant_values=padding)
