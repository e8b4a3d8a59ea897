"""Turns the flat history of a tf.Example into tensors of fixed length.

An example holds the tokens of a row flat (`schemas.features`): kinds and item counts have one value for each token,
queries have one for each search token, and the items of all tokens follow one another. The models take two histories,
one for each surface. Each keeps its newest tokens, oldest first, with padding at the end.

The Transform graph is traced several times and runs in every request. So this code uses index arithmetic and scatters,
which take a tenth of the operations that ragged tensors would take.
"""

import dataclasses

import tensorflow as tf

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


def recommendation_part(history: FlatHistory, length: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The newest recommendation tokens.

    Returns:
        Item indices, and the tokens' places in the history of both surfaces; both int64 [batch, length].
    """
    counts = history.item_counts.values
    is_token = tf.logical_and(_is(Surface.RECOMMENDATION, history), tf.greater(counts, 0))
    first_item = tf.boolean_mask(tf.cumsum(counts, exclusive=True), is_token)
    places = tf.boolean_mask(history.kinds.indices, is_token)
    newest = _Newest(rows=places[:, 0], row_count=history.kinds.dense_shape[0], length=length)
    return newest.of(tf.gather(history.items, first_item)), newest.of(places[:, 1])


def search_part(history: FlatHistory, length: int, items_per_session: int) -> dict[str, tf.Tensor]:
    """The newest search tokens.

    Returns:
        `words` int64 [batch, length, query words], `items` int64 [batch, length, items_per_session], `positions` and
        `kinds` int64 [batch, length]; a kind is 1 for a search and 0 for padding.
    """
    counts = history.item_counts.values
    is_token = _is(Surface.SEARCH, history)
    tokens = tf.size(counts, tf.int64)
    token_of_item = tf.repeat(tf.range(tokens), counts)
    items = _Newest(rows=token_of_item, row_count=tokens, length=items_per_session).of(history.items)
    places = tf.boolean_mask(history.kinds.indices, is_token)
    newest = _Newest(rows=places[:, 0], row_count=history.kinds.dense_shape[0], length=length)
    return {
        "words": newest.of(history.words),
        "items": newest.of(tf.boolean_mask(items, is_token)),
        "positions": newest.of(places[:, 1]),
        "kinds": newest.of(tf.ones_like(places[:, 1])),
    }


def weights_part(
    history: FlatHistory, weights: tf.Tensor, recommendation_length: int, search_length: int, items_per_session: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """The weights of the items that `recommendation_part` and `search_part` return.

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
    recommendation, _ = recommendation_part(told, recommendation_length)
    return recommendation, search_part(told, search_length, items_per_session)["items"]


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
        self._kept = tf.greater_equal(columns, 0)
        self._cells = tf.boolean_mask(tf.stack([rows, columns], axis=1), self._kept)
        self._row_count = row_count
        self._length = length

    def of(self, values: tf.Tensor) -> tf.Tensor:
        """[n, ...] as [row_count, length, ...]."""
        width = values.shape[1:].as_list()
        shape = tf.stack([self._row_count, *(tf.constant(size, tf.int64) for size in (self._length, *width))])
        placed = tf.scatter_nd(self._cells, tf.boolean_mask(values, self._kept), shape)
        return tf.ensure_shape(placed, [None, self._length, *width])
