"""Turns a request with a history but without candidates into the raw features that the Transform graph reads."""

from collections.abc import Mapping

import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface
from schemas.features import SURFACE
from tfx_pipeline.export import rank_request


def raw_features(request: Mapping[str, tf.Tensor], surfaces: tf.Tensor) -> dict[str, tf.SparseTensor]:
    """Turns one request into the features of an example without candidates.

    Args:
        request: The inputs of `rank` by name, without candidates; the query may be left out.
        surfaces: String [batch]: the surface that each row asks, whatever its query.

    Returns:
        The raw features of the request, each sparse [batch, values].
    """
    rows = tf.shape(surfaces)[0]
    complete = {
        signatures.RANK_QUERY: tf.fill([rows], ""),
        signatures.RANK_CANDIDATES: tf.fill([rows, 0], ""),
        **request,
    }
    return rank_request.raw_features(complete) | {SURFACE: tf.sparse.from_dense(surfaces[:, tf.newaxis])}


def seen_items(request: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """All items of a request's history, string [batch, tokens · items], with empty strings for padding."""
    is_token = tf.not_equal(request[signatures.RANK_HISTORY_SURFACES], "")
    items = tf.where(is_token[:, :, tf.newaxis], request[signatures.RANK_HISTORY_ITEMS], "")
    shape = tf.shape(items)
    return tf.reshape(items, [shape[0], shape[1] * shape[2]])


def kept_tokens(request: Mapping[str, tf.Tensor], surface: Surface, length: int) -> tf.Tensor:
    """Which token of a request stands at which place of a surface's history, as the Transform graph keeps it.

    Args:
        request: The inputs of `rank` by name.
        surface: The surface.
        length: How many of the surface's newest tokens the graph keeps, oldest first.

    Returns:
        Bool [batch, length, tokens]; a place without a token has none.
    """
    is_token = tf.equal(request[signatures.RANK_HISTORY_SURFACES], surface.value)
    if surface is Surface.RECOMMENDATION:
        has_item = tf.reduce_any(tf.not_equal(request[signatures.RANK_HISTORY_ITEMS], ""), axis=2)
        is_token = tf.logical_and(is_token, has_item)
    counts = tf.cumsum(tf.cast(is_token, tf.int32), axis=1)
    places = counts - 1 - tf.maximum(counts[:, -1:] - length, 0)
    is_here = tf.equal(places[:, tf.newaxis, :], tf.range(length)[tf.newaxis, :, tf.newaxis])
    return tf.logical_and(is_here, is_token[:, tf.newaxis, :])
