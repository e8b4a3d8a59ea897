"""Turns the flat history of a tf.Example into tensors of fixed length.

An example holds the tokens of a row flat (`schemas.features`): kinds and item counts have one value for each token,
queries have one for each search token, and the items of all tokens follow one another. The models take two histories,
one for each surface. Each keeps its newest tokens, oldest first, with padding at the end.

The Transform graph is traced several times and runs in every request. So this code uses index arithmetic and scatters,
which take a tenth of the operations that ragged tensors would take.
"""

import dataclasses

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface


@dataclasses.dataclass(frozen=True)
class FlatHistory:
    """The tokens of a batch.

    Attributes:
        kinds: int64, sparse [batch, tokens], the `Surface.token_kind` of each token.
        item_counts: int64, sparse [batch, tokens], the number of items of each token.
        item_rows: int64 [all items of the batch], the row of each item.
        items: int64 [all items of the batch], item indices.
        words: int64 [all search tokens of the batch, query words], word indices.
    """

    kinds: tf.SparseTensor
    item_counts: tf.SparseTensor
    item_rows: tf.Tensor
    items: tf.Tensor
    words: tf.Tensor


def checked(history: FlatHistory) -> FlatHistory:
    """Returns the same history. When it runs, it fails if the history's parts contradict each other."""
    batch = history.kinds.dense_shape[0]
    counts = history.item_counts
    items_told = tf.math.unsorted_segment_sum(counts.values, counts.indices[:, 0], batch)
    items_given = tf.math.unsorted_segment_sum(tf.ones_like(history.item_rows), history.item_rows, batch)
    searches = tf.reduce_sum(tf.cast(_is(Surface.SEARCH, history), tf.int64))
    asserts = [
        tf.debugging.Assert(
            tf.reduce_all(tf.equal(tf.size(history.kinds.values), tf.size(history.item_counts.values))),
            ["A history needs one item count for each token."],
        ),
        tf.debugging.Assert(
            tf.reduce_all(tf.equal(items_told, items_given)),
            ["A history needs as many items as its item counts say; by row:", items_told, items_given],
        ),
        tf.debugging.Assert(
            tf.equal(searches, tf.shape(history.words, tf.int64)[0]),
            ["A history needs one query for each search token and none for others; tokens:", searches],
        ),
    ]
    with tf.control_dependencies(asserts):
        return dataclasses.replace(history, items=tf.identity(history.items), words=tf.identity(history.words))


def tensors(
    history: FlatHistory, recommendation_length: int, search_length: int, items_per_session: int
) -> dict[str, tf.Tensor]:
    """Keeps the newest tokens of each surface.

    A token's position is its place among all tokens of its row that are kept. So it does not change with older tokens
    that a request has and that examples of training, which hold no more than is kept, never had.

    Args:
        history: The tokens.
        recommendation_length: How many recommendation tokens of a row are kept.
        search_length: How many search tokens of a row are kept.
        items_per_session: How many items of a search token are kept, the newest.

    Returns:
        By the names of `schemas.features`: recommendation items, recommendation positions, search positions and kinds
        int64 [batch, length], where a kind is 1 for a search and 0 for padding; search words int64 [batch, length,
        query words]; search items int64 [batch, length, items_per_session].
    """
    counts, tokens = history.item_counts.values, history.kinds.indices
    row_count = history.kinds.dense_shape[0]
    # A recommendation token without an item is no token.
    in_feed = tf.where(tf.logical_and(_is(Surface.RECOMMENDATION, history), tf.greater(counts, 0)))[:, 0]
    in_search = tf.where(_is(Surface.SEARCH, history))[:, 0]
    rows = tokens[:, 0]
    feed = _Newest(tf.gather(rows, in_feed), row_count, recommendation_length)
    search = _Newest(tf.gather(rows, in_search), row_count, search_length)
    kept = tf.concat([feed.kept(in_feed), search.kept(in_search)], axis=0)
    is_kept = tf.scatter_nd(kept[:, tf.newaxis], tf.ones_like(kept), tf.shape(counts, tf.int64)[:1])
    kept_before_row = tf.cumsum(tf.math.unsorted_segment_sum(is_kept, rows, row_count), exclusive=True)
    places = tf.cumsum(is_kept, exclusive=True) - tf.gather(kept_before_row, rows)
    first_item = tf.gather(tf.cumsum(counts, exclusive=True), in_feed)
    token_count = tf.size(counts, tf.int64)
    items = _Newest(tf.repeat(tf.range(token_count), counts), token_count, items_per_session).of(history.items)
    return {
        features.RECOMMENDATION_ITEMS: feed.of(tf.gather(history.items, first_item)),
        features.RECOMMENDATION_POSITIONS: feed.of(tf.gather(places, in_feed)),
        features.SEARCH_WORDS: search.of(history.words),
        features.SEARCH_ITEMS: search.of(tf.gather(items, in_search)),
        features.SEARCH_POSITIONS: search.of(tf.gather(places, in_search)),
        features.SEARCH_KINDS: search.of(tf.ones_like(in_search)),
    }


def weights_part(
    history: FlatHistory, weights: tf.Tensor, recommendation_length: int, search_length: int, items_per_session: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """The weights of the items that `tensors` returns.

    Args:
        history: The history.
        weights: float32 [all items of the batch]; a request has none, and then each item has the weight 1.
        recommendation_length: The number of recommendation tokens that a history keeps.
        search_length: The number of search tokens that a history keeps.
        items_per_session: The number of items that a search token keeps.

    Returns:
        float32 [batch, recommendation_length] and [batch, search_length, items_per_session], 0 for padding.
    """
    missing = tf.maximum(tf.size(history.items) - tf.size(weights), 0)
    weights = tf.concat([weights, tf.ones([missing])], axis=0)
    told = dataclasses.replace(history, items=weights)
    kept = tensors(told, recommendation_length, search_length, items_per_session)
    return kept[features.RECOMMENDATION_ITEMS], kept[features.SEARCH_ITEMS]


def _is(surface: Surface, history: FlatHistory) -> tf.Tensor:
    return tf.equal(history.kinds.values, surface.token_kind)


class _Newest:
    """Puts flat values into rows. Each row keeps its last `length` values, with padding at the end.

    Args:
        rows: int64 [n], the row of each value, in ascending order.
        row_count: The number of rows.
        length: The number of values that a row keeps.
    """

    def __init__(self, rows: tf.Tensor, row_count: tf.Tensor, length: int):
        counts = tf.math.unsorted_segment_sum(tf.ones_like(rows), rows, row_count)
        starts = tf.cumsum(counts, exclusive=True) + tf.maximum(counts - length, 0)
        columns = tf.range(tf.size(rows, tf.int64)) - tf.gather(starts, rows)
        self._kept = tf.where(tf.greater_equal(columns, 0))[:, 0]
        self._cells = self.kept(tf.stack([rows, columns], axis=1))
        self._row_count = row_count
        self._length = length

    def kept(self, values: tf.Tensor) -> tf.Tensor:
        """Those of the values [n, ...] that their rows keep."""
        return tf.gather(values, self._kept)

    def of(self, values: tf.Tensor) -> tf.Tensor:
        """[n, ...] as [row_count, length, ...]."""
        width = values.shape[1:].as_list()
        shape = tf.stack([self._row_count, *(tf.constant(size, tf.int64) for size in (self._length, *width))])
        placed = tf.scatter_nd(self._cells, self.kept(values), shape)
        return tf.ensure_shape(placed, [None, self._length, *width])
