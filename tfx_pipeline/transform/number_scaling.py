"""Brings numbers to one scale: prices, ages and ratings to that of the models, content vectors to length 1."""

from typing import Final

import tensorflow as tf
import tensorflow_transform as tft

from tfx_pipeline.config.pipeline_config import LOG

FURTHEST: Final = 5.0
"""No number lies further from the mean, in standard deviations, so that one outlier does not drown the rest."""


def scaled(values: tf.Tensor, scale: str) -> tf.Tensor:
    """How many standard deviations each number lies from the mean of its column, over the analysed splits.

    Args:
        values: float32 [batch, numbers]; NaN where a number is unknown.
        scale: `log` takes sign(x) * ln(1 + |x|) of each number x first, `linear` the number itself.

    Returns:
        float32 [batch, 2 * numbers]: for each number, first the deviation, within +-`FURTHEST`, then 1 if it is known.
        Both are 0 if it is unknown. The deviation is 0 where all known numbers are equal.
    """
    if scale == LOG:
        values = tf.sign(values) * tf.math.log1p(tf.abs(values))
    # Both leave NaN out.
    mean, variance = (each(values, reduce_instance_dims=False) for each in (tft.mean, tft.var))
    known = tf.math.is_finite(values)
    deviations = tf.math.divide_no_nan(tf.where(known, values - mean, 0.0), tf.sqrt(variance))
    pairs = tf.stack([tf.clip_by_value(deviations, -FURTHEST, FURTHEST), tf.cast(known, tf.float32)], axis=-1)
    return tf.reshape(pairs, [-1, 2 * values.shape[1]])


def unit_vectors(vectors: tf.SparseTensor) -> tf.SparseTensor:
    """Each row divided by its length, so that vectors of any model are of one scale. A row of zeros stays so.

    Args:
        vectors: Sparse float32 [batch, width]; a row may have no values.
    """
    largest = tf.math.segment_max(tf.abs(vectors.values), vectors.indices[:, 0])
    # First by the largest number: the squares of very small and very large numbers are none.
    values = tf.math.divide_no_nan(vectors.values, tf.gather(largest, vectors.indices[:, 0]))
    squares = tf.math.segment_sum(tf.square(values), vectors.indices[:, 0])
    values = tf.math.divide_no_nan(values, tf.sqrt(tf.gather(squares, vectors.indices[:, 0])))
    return tf.SparseTensor(vectors.indices, values, vectors.dense_shape)
