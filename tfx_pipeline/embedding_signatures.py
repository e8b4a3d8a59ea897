"""`embed_user`, `embed_query` and `embed_item`: what the model makes of each, as a vector."""

from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface
from tfx_pipeline import history_request, rank_request
from tfx_pipeline.item_vectors import ItemVectors
from tfx_pipeline.serving_transform import ServingTransform


def request_embedding_signatures(
    encode: Mapping[Surface, Callable], transform: ServingTransform, context: Sequence[str]
) -> dict[str, Callable]:
    """The functions of the signatures `embed_user` and `embed_query`.

    Args:
        encode: For requests of each surface, from the features that `transform` returns to float [batch, dim].
        transform: The Transform graph.
        context: What the model is told of the moment of a request; `embed_query` tells it nothing.

    Returns:
        tf.functions by the signatures' names.
    """
    user_specs = history_request.input_specs(context)
    query_spec = rank_request.input_specs()[signatures.RANK_QUERY]

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(user_specs.values()), autograph=False)
    def embed_user(*given: tf.Tensor) -> dict[str, tf.Tensor]:
        request = dict(zip(user_specs, given, strict=True))
        return embedded(request, Surface.RECOMMENDATION, tf.shape(request[signatures.RANK_USER_ID])[0])

    @tf.function(input_signature=[query_spec], autograph=False)
    def embed_query(query: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = tf.shape(query)[0]
        nobody = {
            name: tf.fill([rows] + [0] * (len(spec.shape) - 1), "")
            for name, spec in history_request.input_specs().items()
        }
        return embedded(nobody | {signatures.RANK_QUERY: query}, Surface.SEARCH, rows)

    def embedded(request: dict[str, tf.Tensor], surface: Surface, rows: tf.Tensor) -> dict[str, tf.Tensor]:
        raw = history_request.raw_features(request, tf.fill([rows], surface.value))
        return {signatures.EMBEDDING: tf.cast(encode[surface](transform(raw)), tf.float32)}

    return {signatures.EMBED_USER: embed_user, signatures.EMBED_QUERY: embed_query}


def item_embedding_signature(items: ItemVectors) -> Callable:
    """The function of the signature `embed_item`, a tf.function."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, signatures.ITEM_ID)], autograph=False)
    def embed_item(item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = items.rows_of(item_ids)
        return {signatures.EMBEDDING: items.vectors(rows), signatures.KNOWN: items.is_known(rows)}

    return embed_item
