"""Makes a text of each context value, within the Transform graph."""

import tensorflow as tf

from schemas import context_values
from tfx_pipeline.transform.local_time import local_ms

UNKNOWN_MOMENT = -1
"""A negative time means that the time is unknown."""
_HOUR_MS = 60 * 60 * 1000
_DAY_MS = 24 * _HOUR_MS
_WEEKDAY_OF_DAY_0 = 3
"""1 January 1970 was a Thursday."""


def context_texts(name: str, moment: tf.Tensor, values: tf.SparseTensor, timezone: str = "UTC") -> tf.Tensor:
    """Finds one context value of each row.

    Args:
        name: `hour`, `weekday`, or a name that occurs in `values`.
        moment: int64 [batch], milliseconds since 1970; negative if unknown.
        values: string, sparse [batch, values]; each is `name=value`.
        timezone: The IANA name of the time zone whose clocks and calendar tell hour and weekday.

    Returns:
        string [batch]; empty if the value is unknown.
    """
    if name == context_values.HOUR:
        return _of_moment(local_ms(moment, timezone) // _HOUR_MS % 24, moment)
    if name == context_values.WEEKDAY:
        return _of_moment((local_ms(moment, timezone) // _DAY_MS + _WEEKDAY_OF_DAY_0) % 7, moment)
    start = name + context_values.SEPARATOR
    named = tf.sparse.retain(values, tf.equal(tf.strings.substr(values.values, 0, len(start)), start))
    texts = tf.strings.substr(named.values, len(start), -1)
    # If a row names a value twice, the last one counts.
    return tf.tensor_scatter_nd_update(tf.fill([values.dense_shape[0]], ""), named.indices[:, :1], texts)


def _of_moment(number: tf.Tensor, moment: tf.Tensor) -> tf.Tensor:
    return tf.where(moment < 0, "", tf.strings.as_string(number))
