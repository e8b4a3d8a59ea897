"""Requests that carry a history and name no candidates: their inputs, and the raw features that they stand for."""

from collections.abc import Mapping, Sequence

import tensorflow as tf

from schemas import signatures
from schemas.features import SURFACE
from tfx_pipeline import rank_request


def input_specs(context: Sequence[str] = (), with_query: bool = False) -> dict[str, tf.TensorSpec]:
    """The inputs of `rank` without the candidates, in that signature's order.

    Args:
        context: What the model is told of the moment of a request (`transform.context`).
        with_query: Whether the query is one of them.
    """
    left_out = {signatures.RANK_CANDIDATES} if with_query else {signatures.RANK_CANDIDATES, signatures.RANK_QUERY}
    return {name: spec for name, spec in rank_request.input_specs(context).items() if name not in left_out}


def raw_features(request: Mapping[str, tf.Tensor], surfaces: tf.Tensor) -> dict[str, tf.SparseTensor]:
    """Turns one request into the features of an example without candidates.

    Args:
        request: The tensors that `input_specs` names, no others.
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
