"""Which items a request may be answered: those of its category that it did not ask to leave out."""

import tensorflow as tf

from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.sources.popularity_order import PopularityOrder
from tfx_pipeline.export.sources.weighted_lists import NO_PLACE, Entries

_ALL = 2**31 - 1


class AllowedItems:
    """The items that each row of a request allows. It is exact, for every source alike.

    Args:
        order: The order of popularity, whose places stand for items.
        filters: The categories of all rows of the item table.
        category: String [batch, levels], see `CategoryFilter.items_of`.
        left_out: Int32 [batch, any], the places of items that a row asks to leave out; `NO_PLACE` is padding.
    """

    def __init__(self, order: PopularityOrder, filters: CategoryFilter, category: tf.Tensor, left_out: tf.Tensor):
        self._order = order
        self._filters = filters
        self._category = category
        self._batch = tf.shape(left_out)[0]
        self._is_filtered = tf.reduce_any(tf.not_equal(category, ""))
        rows = tf.repeat(tf.range(self._batch), tf.shape(left_out)[1])
        self._left_out = tf.sort(self._pairs(rows, tf.reshape(left_out, [-1])))
        counts = tf.math.count_nonzero(tf.not_equal(left_out, NO_PLACE), axis=1, dtype=tf.int32)
        self._most_left_out = tf.reduce_max(tf.concat([counts, [0]], axis=0))

    def enough(self, count: tf.Tensor) -> tf.Tensor:
        """How many items of a list surely hold `count` allowed ones, if there are so many; an int32 scalar."""
        return tf.where(self._is_filtered, _ALL, count + self._most_left_out)

    def of(self, entries: Entries) -> Entries:
        """Keeps the entries whose items their rows allow."""
        kept = tf.logical_not(self._is_left_out(entries.rows, entries.places))

        def within() -> tf.Tensor:
            return tf.logical_and(kept, self._filters.fits(self._category, entries.rows, self._rows_at(entries.places)))

        kept = tf.cond(self._is_filtered, within, lambda: kept)
        return Entries(*(tf.boolean_mask(each, kept) for each in entries))

    def most_popular(self, count: tf.Tensor) -> tf.Tensor:
        """The most popular items that each row allows.

        Args:
            count: How many are wanted, an int32 scalar.

        Returns:
            Their places, int32 [batch, at most count], filled up with `NO_PLACE`.
        """
        tried = tf.minimum(self.enough(count), self._order.items)
        rows = tf.repeat(tf.range(self._batch), tried)
        places = tf.tile(tf.range(tried), [self._batch])
        allowed = self.of(Entries(rows, places, tf.zeros(tf.shape(rows))))
        by_row = tf.RaggedTensor.from_value_rowids(allowed.places, allowed.rows, self._batch)
        return by_row.to_tensor(NO_PLACE)[:, :count]

    def _is_left_out(self, rows: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
        pairs = self._pairs(rows, places)
        found = tf.searchsorted(self._left_out, pairs)
        at_end = tf.concat([self._left_out, [-1]], axis=0)
        return tf.equal(tf.gather(at_end, found), pairs)

    def _pairs(self, rows: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
        """One number for each row and place, 0 or more; -2 for padding."""
        pairs = tf.cast(rows, tf.int64) * self._order.items + tf.cast(places, tf.int64)
        return tf.where(tf.equal(places, NO_PLACE), tf.constant(-2, tf.int64), pairs)

    def _rows_at(self, places: tf.Tensor) -> tf.Tensor:
        return tf.gather(self._order.rows, places)
