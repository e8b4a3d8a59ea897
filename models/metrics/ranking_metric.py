"""What all ranking metrics share: the rank of the positive, and the mean over rows."""

from typing import Any

import keras
from keras import ops


def positive_ranks(labels, logits):
    """The rank of each row's positive among its candidates, from 1.

    Ties count against it, and so does what is not a number.

    Args:
        labels: Float [batch, candidates], one-hot.
        logits: Float [batch, candidates]; padding has the lowest.

    Returns:
        Float32 [batch] ranks, and float32 [batch] weights: 0 for rows without a positive, whose ranks mean nothing.
    """
    logits = ops.cast(logits, "float32")
    positive = ops.greater(labels, 0)
    score = ops.sum(ops.where(positive, logits, 0.0), axis=-1, keepdims=True)
    behind = ops.logical_and(ops.less(logits, score), ops.logical_not(positive))
    ranks = ops.sum(ops.cast(ops.logical_not(behind), "float32"), axis=-1)
    return ranks, ops.cast(ops.any(positive, axis=-1), "float32")


class RankingMetric(keras.metrics.Metric):
    """The mean, over rows, of something that depends on the positive's rank alone.

    Args:
        name: Of the metric.
        **kwargs: Passed to `keras.metrics.Metric`.
    """

    def __init__(self, name: str, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total", dtype="float32")
        self.rows = self.add_variable(shape=(), initializer="zeros", name="rows", dtype="float32")

    def gain(self, ranks):
        """What a rank is worth.

        Args:
            ranks: Float32 [batch], from 1.

        Returns:
            Float32 [batch].
        """
        raise NotImplementedError(f"{type(self).__name__} should say what a rank is worth in `gain`.")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch.

        Args:
            y_true: Float [batch, candidates], one-hot; rows without a positive do not count.
            y_pred: Float [batch, candidates], higher is better.
            sample_weight: Float [batch] or None.
        """
        ranks, weights = positive_ranks(y_true, y_pred)
        if sample_weight is not None:
            weights = ops.multiply(weights, ops.cast(sample_weight, "float32"))
        self.total.assign_add(ops.sum(ops.multiply(self.gain(ranks), weights)))
        self.rows.assign_add(ops.sum(weights))

    def result(self):
        """The mean over the rows counted; 0 where there were none."""
        return ops.divide_no_nan(self.total, self.rows)
