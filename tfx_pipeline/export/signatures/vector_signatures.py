"""`embed_user`, `embed_query`, `embed_item`: vectors; and `similar_items`: the items with vectors alike."""

from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from components.input_specs import input_specs
from schemas import signatures
from schemas.canonical_event import Surface
from tfx_pipeline.export import history_request
from tfx_pipeline.export.catalogue import item_lists
from tfx_pipeline.export.catalogue.item_vectors import ItemVectors
from tfx_pipeline.export.serving_transform import ServingTransform


def request_embedding_signatures(
    encode: Mapping[Surface, Callable], transform: ServingTransform, context: Sequence[str]
) -> dict[str, Callable]:
    """The functions of the signatures `embed_user` and `embed_query`.

    Args:
        encode: For each surface, a function from the features that `transform` returns to float [batch, dim].
        transform: The Transform graph.
        context: The names of the context values that the model takes; `embed_query` leaves them unknown.

    Returns:
        tf.functions by the signatures' names.
    """
    user_specs = input_specs(signatures.EMBED_USER, context)

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(user_specs.values()), autograph=False)
    def embed_user(*given: tf.Tensor) -> dict[str, tf.Tensor]:
        request = dict(zip(user_specs, given, strict=True))
        return embedded(request, Surface.RECOMMENDATION, tf.shape(request[signatures.RANK_USER_ID])[0])

    @tf.function(input_signature=list(input_specs(signatures.EMBED_QUERY).values()), autograph=False)
    def embed_query(query: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = tf.shape(query)[0]
        nobody = {
            name: tf.fill([rows] + [0] * (len(spec.shape) - 1), "")
            for name, spec in input_specs(signatures.EMBED_USER).items()
        }
        return embedded(nobody | {signatures.RANK_QUERY: query}, Surface.SEARCH, rows)

    def embedded(request: dict[str, tf.Tensor], surface: Surface, rows: tf.Tensor) -> dict[str, tf.Tensor]:
        raw = history_request.raw_features(request, tf.fill([rows], surface.value))
        return {signatures.EMBEDDING: tf.cast(encode[surface](transform(raw)), tf.float32)}

    return {signatures.EMBED_USER: embed_user, signatures.EMBED_QUERY: embed_query}


def item_embedding_signature(items: ItemVectors) -> Callable:
    """The function of the signature `embed_item`, a tf.function."""

    @tf.function(input_signature=list(input_specs(signatures.EMBED_ITEM).values()), autograph=False)
    def embed_item(item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = items.rows_of(item_ids)
        return {signatures.EMBEDDING: items.vectors(rows), signatures.KNOWN: items.is_known(rows)}

    return embed_item


def similar_items_signature(items: ItemVectors, item_ids: tf.Variable, lengths: tf.Variable) -> Callable:
    """The function of the signature.

    Items are similar if their vectors point in the same direction, whatever their lengths. By the product alone,
    popular items would be similar to everything. The search is exact, whatever the retrieval index, and costs one
    product with the whole table.

    Args:
        items: The vectors of all items.
        item_ids: String [items], the item id of each row.
        lengths: The result of `vector_lengths` for the table, as a variable.

    Returns:
        A tf.function.
    """

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(input_specs(signatures.SIMILAR_ITEMS).values()), autograph=False)
    def similar_items(item_id: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        columns = item_lists.columns(k)
        rows = items.rows_of(item_id)
        products = tf.matmul(items.vectors(rows), tf.cast(items.table, tf.float32), transpose_b=True)
        cosines = tf.math.divide_no_nan(products, tf.gather(lengths, rows)[:, tf.newaxis] * lengths)[:, 1:-1]
        real_items = tf.range(1, items.table.shape[0] - 1)
        is_other = tf.not_equal(rows[:, tf.newaxis], real_items)
        cosines = tf.where(tf.logical_and(is_other, items.is_known(rows)[:, tf.newaxis]), cosines, item_lists.NO_ITEM)
        best, places = tf.math.top_k(cosines, tf.minimum(columns, tf.size(real_items)))
        found, scores = item_lists.filled_up(tf.gather(item_ids, places + 1), best, k, columns)
        return {signatures.ITEMS: found, signatures.SCORES: tf.where(tf.equal(found, ""), 0.0, scores)}

    return similar_items


def vector_lengths(table: tf.Tensor) -> tf.Tensor:
    """The length of each vector: float [items, dim] to float32 [items]."""
    return tf.norm(tf.cast(table, tf.float32), axis=1)
