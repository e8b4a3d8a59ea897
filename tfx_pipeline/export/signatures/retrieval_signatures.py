"""`recommend` and `search`: the best items of the whole catalogue."""

from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, retrieval_sources, signatures
from schemas.canonical_event import Surface
from tfx_pipeline.export import history_request
from tfx_pipeline.export.catalogue import item_lists
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.catalogue.item_rows import ItemRows
from tfx_pipeline.export.catalogue.retrieval_index import NOT_FOUND, RetrievalIndex
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.served_scores import ServedScores
from tfx_pipeline.export.sources.allowed_items import AllowedItems
from tfx_pipeline.export.sources.candidate_sources import Asked, CandidateSources, words_asked
from tfx_pipeline.export.sources.fallback import Fallback, Found
from tfx_pipeline.export.sources.popularity_order import PopularityOrder

_HASHES = 2**63 - 1
_WANTED = (signatures.K, signatures.EXCLUDE_SEEN, signatures.CATEGORY)
_FIRST_ITEM = 1


class Retrieval:
    """Finds the best items for encoded requests.

    Attributes:
        item_ids: String [items], the item id of each row.
        categories: The categories of all rows of the table.

    Args:
        index: The index of the real items. It leaves out the first row of the table, which is padding, and the last,
            which stands for unknown items: neither can be answered.
        item_table: Float [items, dim], the whole table.
        item_ids: See the attribute.
        categories: See the attribute.
        log_partition: What products are lessened by, a function of requests and the table: see
            `models.contract.Retrieves`. None: by nothing.
    """

    def __init__(
        self,
        index: RetrievalIndex,
        item_table: tf.Variable,
        item_ids: tf.Variable,
        categories: CategoryFilter,
        log_partition: Callable[[tf.Tensor, tf.Variable], tf.Tensor] | None = None,
    ):
        self.item_ids = item_ids
        self.categories = categories
        self._index = index
        self._item_table = item_table
        self._log_partition = log_partition
        self._real_items = item_table.shape[0] - 2

    def best(
        self, requests: tf.Tensor, columns: tf.Tensor, excluded: tf.Tensor, category: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds the best items.

        Args:
            requests: Float [batch, dim], the result of `model.encode_requests`.
            columns: How many items are wanted, an int32 scalar.
            excluded: String [batch, items], the items that each row asks to leave out; empty strings are padding.
            category: String [batch, levels], see `CategoryFilter.items_of`.

        Returns:
            Rows of the item table, int32 [batch, at most columns], best first, and their logits, float32. At a place
            without an item, the row is that of padding and the logit minus infinity.
        """
        most_excluded = tf.reduce_max(tf.math.count_nonzero(tf.not_equal(excluded, ""), axis=1, dtype=tf.int32))
        wanted = tf.minimum(columns + tf.maximum(most_excluded, 0), self._real_items)
        places = self._nearest(tf.cast(requests, tf.float32), wanted, category)
        rows = tf.maximum(places, 0) + _FIRST_ITEM
        items = tf.gather(self.item_ids, rows)
        left_out = tf.logical_or(tf.less(places, 0), _contains(excluded, items))
        logits = tf.where(left_out, item_lists.NO_ITEM, self.logits(requests, rows))
        # Items that are left out move to the end. The items that were fetched beyond the columns take their places.
        logits, order = tf.math.top_k(logits, tf.minimum(columns, wanted))
        rows = tf.where(tf.greater(logits, item_lists.NO_ITEM), tf.gather(rows, order, batch_dims=1), features.PADDING)
        return rows, logits

    def _nearest(self, requests: tf.Tensor, wanted: tf.Tensor, category: tf.Tensor) -> tf.Tensor:
        """Places in the index, int32 [batch, wanted]; `NOT_FOUND` if a row's category has no more items.

        A row that names a category is compared with the whole table, whatever the index. An approximate index might
        find no item of a small category.
        """
        is_filtered = tf.reduce_any(tf.not_equal(category, ""), axis=1)

        def anywhere() -> tf.Tensor:
            return self._index.nearest(requests, wanted)

        def within() -> tf.Tensor:
            products = tf.matmul(requests, tf.cast(self._item_table, tf.float32), transpose_b=True)
            products = tf.where(self.categories.items_of(category), products, item_lists.NO_ITEM)
            best, places = tf.math.top_k(products[:, _FIRST_ITEM:-1], wanted)
            places = tf.where(tf.greater(best, item_lists.NO_ITEM), places, NOT_FOUND)
            return tf.where(is_filtered[:, tf.newaxis], places, anywhere())

        return tf.cond(tf.reduce_any(is_filtered), within, anywhere)

    def logits(self, requests: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """The logits, as the model computes them for candidates: float32, shaped like `rows`.

        The index may have rounded them.
        """
        vectors = tf.gather(self._item_table, rows)
        products = tf.cast(tf.squeeze(tf.matmul(vectors, requests[:, :, tf.newaxis]), axis=-1), tf.float32)
        if self._log_partition is None:
            return products
        return products - self._log_partition(requests, self._item_table)[:, tf.newaxis]


def retrieval_signatures(
    encode: Mapping[Surface, Callable],
    transform: ServingTransform,
    retrieval: Retrieval,
    item_rows: ItemRows,
    order: PopularityOrder,
    fallback: Fallback,
    sources: CandidateSources | None,
    context: Sequence[str],
    served: ServedScores,
) -> dict[str, Callable]:
    """The functions of the signatures `recommend` and `search`.

    Args:
        encode: For each surface, a function from the features that `transform` returns to float [batch, dim].
        transform: The Transform graph.
        retrieval: Finds the items with the nearest vectors.
        item_rows: Finds the rows of the history's items.
        order: The order of popularity.
        fallback: Answers the rows of which nothing is known.
        sources: Offers further items; None if there are no further sources.
        context: The names of the context values that the model takes.
        served: Turns logits into scores.

    Returns:
        tf.functions by the signatures' names.
    """

    def signature(surface: Surface) -> Callable:
        name = signatures.SEARCH if surface is Surface.SEARCH else signatures.RECOMMEND
        specs = input_specs(name, context)

        # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
        @tf.function(input_signature=list(specs.values()), autograph=False)
        def answer(*given: tf.Tensor) -> dict[str, tf.Tensor]:
            request = dict(zip(specs, given, strict=True))
            k, exclude_seen, category = (request.pop(name) for name in _WANTED)
            inputs = transform(history_request.raw_features(request, tf.fill(tf.shape(k), surface.value)))
            requests = encode[surface](inputs)
            history, columns = history_request.seen_items(request), item_lists.columns(k)
            excluded = tf.where(exclude_seen[:, tf.newaxis], history, "")

            def allowed() -> AllowedItems:
                left_out = tf.gather(order.places, item_rows.rows_of(excluded))
                return AllowedItems(order, retrieval.categories, category, left_out)

            rows, logits = retrieval.best(requests, columns, excluded, category)
            found = Found(rows, served.of_list(logits, surface), tf.zeros_like(rows))
            if sources is not None:
                asked = Asked(words_asked(inputs), item_rows.rows_of(history), allowed())
                rows, numbers = sources.with_nearest(rows, asked, columns)
                rows, logits, numbers = _best_first(rows, retrieval.logits(requests, rows), numbers)
                found = Found(rows, served.of_list(logits, surface), numbers)
            found = fallback.instead(found, inputs, allowed, columns)
            rows, scores = item_lists.filled_up(found.rows, found.scores, k, columns)
            is_item = tf.not_equal(rows, features.PADDING)
            return {
                signatures.ITEMS: tf.gather(retrieval.item_ids, rows),
                signatures.SCORES: tf.where(is_item, scores, 0.0),
                signatures.SOURCES: tf.where(is_item, tf.gather(retrieval_sources.SOURCES, found.sources), ""),
            }

        return answer

    return {
        signatures.RECOMMEND: signature(Surface.RECOMMENDATION),
        signatures.SEARCH: signature(Surface.SEARCH),
    }


def _best_first(rows: tf.Tensor, logits: tf.Tensor, sources: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Orders items by their logits; padding comes last."""
    logits = tf.where(tf.equal(rows, features.PADDING), item_lists.NO_ITEM, logits)
    logits, order = tf.math.top_k(logits, tf.shape(logits)[1])
    rows, sources = (tf.gather(each, order, batch_dims=1) for each in (rows, sources))
    return rows, logits, sources


def _contains(sets: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Whether each value is in the set of its row: string [batch, members] and [batch, n] to bool [batch, n].

    It compares 63-bit hashes. To compare the strings themselves would take longer than the whole search.
    """
    members, wanted = (tf.strings.to_hash_bucket_fast(each, _HASHES) for each in (sets, values))
    return tf.reduce_any(tf.equal(wanted[:, :, tf.newaxis], members[:, tf.newaxis, :]), axis=2)
