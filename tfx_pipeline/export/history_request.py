"""From requests that carry a history and name no candidates to the raw features that they stand for."""

from collections.abc import Mapping

import tensorflow as tf

from schemas import signatures
from schemas.features import SURFACE
from tfx_pipeline.export import rank_request


def raw_features(request: Mapping[str, tf.Tensor], surfaces: tf.Tensor) -> dict[str, tf.SparseTensor]:
    """Turns one request into the features of an example without candidates.

    Args:
        request: The inputs of `rank` by name without candidates, and without the query if need be.
        surfaces: String [batch]: which surface each row is a request of, whatever its query.

    Returns:
        The raw features that a request has, sparse [batch, values] each.
    """
    rows = tf.shape(surfaces)[0]
    complete = {
        signatures.RANK_QUERY: tf.fill([rows], ""),
        signatures.RANK_CANDIDATES: tf.fill([rows, 0], ""),
        **request,
    }
    return rank_request.raw_features(complete) | {SURFACE: tf.sparse.from_dense(surfaces[:, tf.newaxis])}


def seen_items(request: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """The items of a request's whole history, string [batch, tokens · items]; empty strings between them."""
    is_token = tf.not_equal(request[signatures.RANK_HISTORY_SURFACES], "")
    items = tf.where(is_token[:, :, tf.newaxis], request[signatures.RANK_HISTORY_ITEMS], "")
    shape = tf.shape(items)
    return tf.reshape(items, [shape[0], shape[1] * shape[2]])
