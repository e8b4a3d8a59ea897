"""A `sessions` signature whose windows can be worked out by hand."""

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import signature_of

MOST_EVENTS = 6


def sessions_in_halves() -> tf.types.experimental.ConcreteFunction:
    """Two sessions of equal length by clicks; by queries the first is half as long, and the feed has none."""

    @signature_of(signatures.SESSIONS)
    def sessions(**request):
        surface = request[signatures.SESSIONS_SURFACE]
        is_event = tf.equal(request[signatures.RANK_HISTORY_SURFACES], surface[:, tf.newaxis])
        places = tf.repeat(tf.range(tf.shape(is_event)[1])[tf.newaxis], tf.shape(surface)[0], axis=0)
        tokens = tf.ragged.boolean_mask(places, is_event).to_tensor(-1, shape=[None, MOST_EVENTS])
        events = tf.reduce_sum(tf.cast(is_event, tf.float32), axis=1)
        searches = tf.where(tf.equal(surface, "search"), events, 0.0)
        windows, query_windows = _windows(events, events / 2), _windows(searches, searches / 4)
        return {
            signatures.SESSION_TOKENS: tokens,
            signatures.SESSION_WINDOWS: windows,
            signatures.SESSION_SHARES: _shares(windows),
            signatures.QUERY_WINDOWS: query_windows,
            signatures.QUERY_SHARES: _shares(query_windows),
        }

    return sessions


def _windows(end: tf.Tensor, border: tf.Tensor) -> tf.Tensor:
    first = tf.stack([tf.zeros_like(end), border], axis=1)
    return tf.stack([first, tf.stack([border, end], axis=1)], axis=1)


def _shares(windows: tf.Tensor) -> tf.Tensor:
    begins = tf.range(MOST_EVENTS, dtype=tf.float32)
    covered = tf.minimum(windows[..., 1:], begins + 1) - tf.maximum(windows[..., :1], begins)
    return tf.nn.relu(covered)
