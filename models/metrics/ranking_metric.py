"""Ranking metrics as Keras has metrics: the rank of each row's positive, and the mean of what it is worth."""

from typing import Any

import keras
from keras import ops

from models.registration import register
from schemas.rank_metrics import RankMetric, metric_named


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


@register
class RankingMetric(keras.metrics.Metric):
    """The mean over rows of what the rank of the positive is worth, such as HR@k, NDCG@k and MRR.

    Example:
    >>> metric = RankingMetric("ndcg_at_5")
    >>> metric.update_state([[0.0, 1.0, 0.0]], [[0.3, 0.9, 0.1]])  # The positive comes first.
    >>> float(metric.result())
    1.0

    Args:
        metric: Which, as `schemas.rank_metrics` has it, or its name there.
        name: Of this metric; the same name by default.
        **kwargs: Passed to `keras.metrics.Metric`.
    """

    def __init__(self, metric: RankMetric | str, name: str | None = None, **kwargs: Any):
        self.metric = metric_named(metric) if isinstance(metric, str) else metric
        super().__init__(name=name or self.metric.name, **kwargs)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total", dtype="float32")
        self.rows = self.add_variable(shape=(), initializer="zeros", name="rows", dtype="float32")

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
        gains = self.metric.gain(ops.maximum(ranks, 1.0), ops)
        self.total.assign_add(ops.sum(ops.multiply(ops.cast(gains, "float32"), weights)))
        self.rows.assign_add(ops.sum(weights))

    def result(self):
        """The mean over the rows counted; 0 where there were none."""
        return ops.divide_no_nan(self.total, self.rows)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "metric": self.metric.name}
