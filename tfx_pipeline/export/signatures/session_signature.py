"""`sessions`: how a model with session modelling divides a history into sessions."""

from collections.abc import Callable

import keras
import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, signatures
from schemas.canonical_event import Surface
from tfx_pipeline.export import history_request
from tfx_pipeline.export.serving_transform import ServingTransform

_PRODUCTS = (signatures.SESSION_WINDOWS, signatures.SESSION_SHARES)
_QUERIES = (signatures.QUERY_WINDOWS, signatures.QUERY_SHARES)
_NO_TOKEN = -1


def session_signature(model: keras.Model, transform: ServingTransform) -> Callable:
    """The function of the signature.

    Args:
        model: A built model with `sessions(inputs, surface)`.
        transform: The Transform graph.

    Returns:
        A tf.function. It fails if the surface of a row is neither of the two.
    """
    specs = input_specs(signatures.SESSIONS)

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(specs.values()), autograph=False)
    def sessions(*given: tf.Tensor) -> dict[str, tf.Tensor]:
        request = dict(zip(specs, given, strict=True))
        surfaces = request.pop(signatures.SESSIONS_SURFACE)
        is_search = tf.equal(surfaces, Surface.SEARCH.value)
        with tf.control_dependencies([_check(surfaces)]):
            inputs = transform(history_request.raw_features(request, tf.identity(surfaces)))
        clicks, searches = (_described(model, request, inputs, surface) for surface in Surface)
        return {name: _chosen(is_search, searches[name], clicks.get(name)) for name in searches}

    return sessions


def _described(
    model: keras.Model, request: dict[str, tf.Tensor], inputs: dict[str, tf.Tensor], surface: Surface
) -> dict[str, tf.Tensor]:
    """The outputs for the history of one surface. Their length is that of the longer of the two histories."""
    lengths = {
        Surface.RECOMMENDATION: inputs[features.RECOMMENDATION_ITEMS].shape[1],
        Surface.SEARCH: inputs[features.SEARCH_KINDS].shape[1],
    }
    events = max(lengths.values())
    is_token = tf.not_equal(request[signatures.RANK_HISTORY_SURFACES], "")
    places = tf.cumsum(tf.cast(is_token, tf.int32), axis=1, exclusive=True)[:, tf.newaxis, :]
    kept = history_request.kept_tokens(request, surface, lengths[surface])
    tokens = tf.maximum(tf.reduce_max(tf.where(kept, places, _NO_TOKEN), axis=2), _NO_TOKEN)
    outputs = {signatures.SESSION_TOKENS: _filled_up(tokens, events, _NO_TOKEN)}
    for (windows, shares), branch in zip((_PRODUCTS, _QUERIES), model.sessions(inputs, surface), strict=False):
        outputs |= {windows: branch.windows, shares: _filled_up(branch.membership, events, 0.0)}
    return outputs


def _filled_up(values: tf.Tensor, length: int, filling: float) -> tf.Tensor:
    """Pads the last axis to a length: [..., at most length] to [..., length]."""
    axes = len(values.shape)
    missing = [[0, 0]] * (axes - 1) + [[0, length - tf.shape(values)[-1]]]
    return tf.ensure_shape(tf.pad(values, missing, constant_values=filling), [None] * (axes - 1) + [length])


def _chosen(is_search: tf.Tensor, of_search: tf.Tensor, of_recommendation: tf.Tensor | None) -> tf.Tensor:
    """Takes each row's output by its surface; 0 if recommendation has no such output."""
    if of_recommendation is None:
        of_recommendation = tf.zeros_like(of_search)
    return tf.where(tf.reshape(is_search, [-1] + [1] * (len(of_search.shape) - 1)), of_search, of_recommendation)


def _check(surfaces: tf.Tensor) -> tf.Operation:
    known = tf.reduce_any(tf.equal(surfaces[:, tf.newaxis], [[surface.value for surface in Surface]]), axis=1)
    names = " or ".join(surface.value for surface in Surface)
    message = f"`{signatures.SESSIONS_SURFACE}` should be {names}. Received:"
    return tf.debugging.Assert(tf.reduce_all(known), [message, surfaces])
