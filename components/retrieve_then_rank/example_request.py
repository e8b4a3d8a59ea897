"""Turns serialized tf.Examples into the inputs of `recommend` and `search`, within the graph.

So a model can be asked about an example as a client would ask it, whatever stands behind its signatures.
"""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from schemas import context_values, features, signatures
from schemas.canonical_event import Surface

_ANY_LENGTH = 2**31 - 1
_TO_PARSE = {
    features.USER_ID: tf.string,
    features.SURFACE: tf.string,
    features.QUERY: tf.string,
    features.TIMESTAMP_MS: tf.int64,
    features.CONTEXT_VALUES: tf.string,
    features.CANDIDATES: tf.string,
    features.LABELS: tf.float32,
    features.HISTORY_KINDS: tf.int64,
    features.HISTORY_ITEM_COUNTS: tf.int64,
    features.HISTORY_ITEMS: tf.string,
    features.HISTORY_QUERIES: tf.string,
}


class ExampleRequest(NamedTuple):
    """What examples say.

    Attributes:
        surfaces: String [batch], the surface of each example.
        positives: String [batch], the item that the user engaged with; empty if there is none.
        history: String [batch, items], all items of the history, padded with empty strings.
        inputs: The inputs of `recommend` and `search` that an example tells, by name, with the whole history.
    """

    surfaces: tf.Tensor
    positives: tf.Tensor
    history: tf.Tensor
    inputs: dict[str, tf.Tensor]


def example_request(examples: tf.Tensor, context: Sequence[str]) -> ExampleRequest:
    """Parses examples.

    Args:
        examples: String [batch], serialized behaviour examples with at most one positive each.
        context: The names of the context inputs, see `context_values.request_inputs`.
    """
    parsed = tf.io.parse_example(examples, {name: tf.io.VarLenFeature(dtype) for name, dtype in _TO_PARSE.items()})
    candidates, labels = parsed[features.CANDIDATES], parsed[features.LABELS]
    # Labels get the shape of the candidates. So a label beyond an example's last candidate fails.
    labels = tf.SparseTensor(labels.indices, labels.values, candidates.dense_shape)
    items = _dense(candidates)
    history = _dense(parsed[features.HISTORY_ITEMS])
    inputs = {
        signatures.RANK_USER_ID: _first(parsed[features.USER_ID], ""),
        signatures.RANK_QUERY: _first(parsed[features.QUERY], ""),
        signatures.RANK_TIMESTAMP_MS: _first(parsed[features.TIMESTAMP_MS], -1),
        **_tokens(parsed, history),
        **{name: _named(_dense(parsed[features.CONTEXT_VALUES]), name) for name in context},
    }
    return ExampleRequest(
        _first(parsed[features.SURFACE], ""),
        tf.strings.reduce_join(tf.where(tf.greater(tf.sparse.to_dense(labels), 0.0), items, ""), axis=1),
        history,
        inputs,
    )


def _tokens(parsed: dict[str, tf.SparseTensor], history: tf.Tensor) -> dict[str, tf.Tensor]:
    """The inputs of a request for the tokens of the history. Each axis has at least one place."""
    # The place more is padding.
    kinds = _padded(tf.sparse.to_dense(parsed[features.HISTORY_KINDS]), 0)
    counts = tf.cast(_padded(tf.sparse.to_dense(parsed[features.HISTORY_ITEM_COUNTS]), 0), tf.int32)
    places = tf.range(tf.reduce_max(tf.concat([tf.reshape(counts, [-1]), [1]], axis=0)))
    starts = tf.cumsum(counts, axis=1, exclusive=True)[:, :, tf.newaxis]
    is_item = tf.less(places, counts[:, :, tf.newaxis])
    items = tf.gather(_padded(history, ""), tf.where(is_item, starts + places, 0), batch_dims=1)
    is_search = tf.equal(kinds, Surface.SEARCH.token_kind)
    # Only tokens of a search have a query.
    typed = tf.cumsum(tf.cast(is_search, tf.int32), axis=1, exclusive=True)
    queries = _padded(_dense(parsed[features.HISTORY_QUERIES]), "")
    surfaces = tf.fill(tf.shape(kinds), "")
    for surface in Surface:
        surfaces = tf.where(tf.equal(kinds, surface.token_kind), surface.value, surfaces)
    return {
        signatures.RANK_HISTORY_SURFACES: surfaces,
        signatures.RANK_HISTORY_QUERIES: tf.where(
            is_search, tf.gather(queries, tf.where(is_search, typed, 0), batch_dims=1), ""
        ),
        signatures.RANK_HISTORY_ITEMS: tf.where(is_item, items, ""),
    }


def _named(values: tf.Tensor, name: str) -> tf.Tensor:
    """The value of a name among texts `name=value`: string [batch, any] to [batch]; empty if it is not told."""
    start = name + context_values.SEPARATOR
    is_here = tf.equal(tf.strings.substr(values, 0, len(start)), start)
    told = tf.strings.substr(tf.where(is_here, values, start), len(start), _ANY_LENGTH)
    return tf.strings.reduce_join(told, axis=1)


def _dense(texts: tf.SparseTensor) -> tf.Tensor:
    return tf.sparse.to_dense(texts, "")


def _first(values: tf.SparseTensor, nothing: object) -> tf.Tensor:
    """The first value of each row, and `nothing` of a row without any."""
    return _padded(tf.sparse.to_dense(values, nothing), nothing)[:, 0]


def _padded(values: tf.Tensor, nothing: object) -> tf.Tensor:
    return tf.pad(values, [[0, 0], [0, 1]], constant_values=nothing)
