"""A few of a row's negatives, others in each epoch."""

import tensorflow as tf

from schemas import features
from schemas.features import PADDING

Columns = dict[str, tf.Tensor]


def draw(batch: Columns, negatives: int, seed: tf.Tensor) -> Columns:
    """Keeps, of each row's candidates, the positives and as many negatives, drawn at random.

    Args:
        batch: Columns of rows, among them the candidates int [rows, candidates] and their labels float, positives above
            0.
        negatives: How many to keep of each row; rows with fewer keep all they have.
        seed: Int64 [2].

    Returns:
        The columns; candidates and labels are as wide as the row with the most positives asks for, positives first.
    """
    candidates, labels = batch[features.CANDIDATE_ITEMS], batch[features.CANDIDATE_LABELS]
    positive = tf.logical_and(labels > 0, candidates != PADDING)
    chance = tf.random.stateless_uniform(tf.shape(labels), seed)
    order = tf.where(positive, 2.0, tf.where(candidates == PADDING, -1.0, chance))
    kept = tf.reduce_sum(tf.cast(positive, tf.int32), axis=1, keepdims=True) + negatives
    width = tf.minimum(tf.reduce_max(kept), tf.shape(labels)[1])
    places = tf.math.top_k(order, width).indices
    is_kept = tf.range(width) < kept
    return {
        **batch,
        features.CANDIDATE_ITEMS: tf.where(is_kept, tf.gather(candidates, places, batch_dims=1), PADDING),
        features.CANDIDATE_LABELS: tf.where(is_kept, tf.gather(labels, places, batch_dims=1), 0.0),
    }
