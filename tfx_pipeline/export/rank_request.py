"""Turns the dense tensors of a `rank` request into the raw features that the Transform graph reads."""

import tensorflow as tf

from schemas import context_values, features, signatures
from schemas.canonical_event import Surface


def raw_features(request: dict[str, tf.Tensor]) -> dict[str, tf.SparseTensor]:
    """Turns one request into the features that tf.Examples of the same content parse to.

    Args:
        request: The inputs of `rank` by name.

    Returns:
        The raw features of the request, each sparse [batch, values].
    """
    query = request[signatures.RANK_QUERY]
    surfaces = request[signatures.RANK_HISTORY_SURFACES]
    is_search = tf.equal(surfaces, Surface.SEARCH.value)
    is_recommendation = tf.equal(surfaces, Surface.RECOMMENDATION.value)
    is_token = tf.logical_or(is_search, is_recommendation)
    kinds = tf.where(is_search, Surface.SEARCH.token_kind, Surface.RECOMMENDATION.token_kind)
    items = request[signatures.RANK_HISTORY_ITEMS]
    is_item = tf.logical_and(tf.not_equal(items, ""), is_token[:, :, tf.newaxis])
    item_counts = tf.reduce_sum(tf.cast(is_item, tf.int64), axis=2)
    known_surface = tf.debugging.Assert(
        tf.reduce_all(tf.logical_or(is_token, tf.equal(surfaces, ""))),
        [
            f"{signatures.RANK_HISTORY_SURFACES}: give '{Surface.RECOMMENDATION.value}' or '{Surface.SEARCH.value}' "
            "for a token and the empty string for padding; received",
            surfaces,
        ],
    )
    with tf.control_dependencies([known_surface, _few_enough(request[signatures.RANK_CANDIDATES])]):
        surface = tf.where(tf.equal(query, ""), Surface.RECOMMENDATION.value, Surface.SEARCH.value)
    return _context(request) | {
        features.USER_ID: tf.sparse.from_dense(request[signatures.RANK_USER_ID][:, tf.newaxis]),
        features.SURFACE: tf.sparse.from_dense(surface[:, tf.newaxis]),
        features.QUERY: tf.sparse.from_dense(query[:, tf.newaxis]),
        features.CANDIDATES: tf.sparse.from_dense(request[signatures.RANK_CANDIDATES]),
        features.HISTORY_KINDS: _chosen(tf.cast(kinds, tf.int64), is_token),
        features.HISTORY_ITEM_COUNTS: _chosen(item_counts, is_token),
        features.HISTORY_ITEMS: _chosen(_flat_rows(items), _flat_rows(is_item)),
        features.HISTORY_QUERIES: _chosen(request[signatures.RANK_HISTORY_QUERIES], is_search),
    }


def _few_enough(candidates: tf.Tensor) -> tf.Operation:
    return tf.debugging.Assert(
        tf.less_equal(tf.size(candidates), signatures.MOST_CANDIDATES),
        [
            f"{signatures.RANK_CANDIDATES}: a request may have {signatures.MOST_CANDIDATES:,}, padding and all rows "
            "together; rank more of them in several requests, whose scores compare; received",
            tf.size(candidates),
        ],
    )


def _context(request: dict[str, tf.Tensor]) -> dict[str, tf.SparseTensor]:
    raw = {}
    if signatures.RANK_TIMESTAMP_MS in request:
        moment = request[signatures.RANK_TIMESTAMP_MS][:, tf.newaxis]
        raw[features.TIMESTAMP_MS] = _chosen(moment, tf.greater_equal(moment, 0))
    named = [name for name in request if name not in (*signatures.RANK_INPUTS, signatures.RANK_TIMESTAMP_MS)]
    if named:
        values = tf.stack([request[name] for name in named], axis=1)
        starts = tf.constant([[name + context_values.SEPARATOR for name in named]])
        raw[features.CONTEXT_VALUES] = _chosen(tf.add(starts, values), tf.not_equal(values, ""))
    return raw


def _flat_rows(values: tf.Tensor) -> tf.Tensor:
    """[batch, tokens, items] as [batch, tokens · items]."""
    shape = tf.shape(values)
    return tf.reshape(values, [shape[0], shape[1] * shape[2]])


def _chosen(values: tf.Tensor, mask: tf.Tensor) -> tf.SparseTensor:
    """The values at which the mask is true, moved to the front of their rows."""
    return tf.ragged.boolean_mask(values, mask).to_sparse()
