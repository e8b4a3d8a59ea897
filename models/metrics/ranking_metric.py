"""Ranking metrics (HR@k, NDCG@k, MRR) as a Keras metric."""

from typing import Any

import keras
from keras import ops

from models.registration import register
from schemas.rank_metrics import RankMetric, metric_named


def positive_ranks(labels, logits):
    """The rank of each row's positive among its candidates, from 1.

    Ties and NaN count against the positive.

    Args:
        labels: Float [batch, candidates], one-hot.
        logits: Float [batch, candidates]; padding must have the lowest.

    Returns:
        Float32 [batch] ranks, and float32 [batch] weights. A row without a positive has weight 0 and a meaningless
        rank.
    """
    logits = ops.cast(logits, "float32")
    positive = ops.greater(labels, 0)
    score = ops.sum(ops.where(positive, logits, 0.0), axis=-1, keepdims=True)
    behind = ops.logical_and(ops.less(logits, score), ops.logical_not(positive))
    ranks = ops.sum(ops.cast(ops.logical_not(behind), "float32"), axis=-1)
    return ranks, ops.cast(ops.any(positive, axis=-1), "float32")


@register
class RankingMetric(keras.metrics.Metric):
    """The mean gain of the positive's rank over rows, from 0 to 1: HR@k, NDCG@k or MRR.

    Source: HR@k and NDCG@k are the metrics of both papers, UniSAR (arXiv 2404.09520) and UnifiedSSR (arXiv 2310.13921).
    The gains are those of `schemas.rank_metrics`.

    Example:
    >>> metric = RankingMetric("ndcg_at_5")
    >>> metric.update_state([[0.0, 1.0, 0.0]], [[0.3, 0.9, 0.1]])  # The positive comes first.
    >>> float(metric.result())
    1.0

    Args:
        metric: A metric of `schemas.rank_metrics`, or its name there.
        name: The name of this metric; by default the name of `metric`.
        **kwargs: Passed to `keras.metrics.Metric`.

    Raises:
        ValueError: No ranking metric has that name.
    """

    def __init__(self, metric: RankMetric | str, name: str | None = None, **kwargs: Any):
        self.metric = metric_named(metric) if isinstance(metric, str) else metric
        super().__init__(name=name or self.metric.name, **kwargs)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total", dtype="float32")
        self.rows = self.add_variable(shape=(), initializer="zeros", name="rows", dtype="float32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
            y_true: Float [batch, candidates], one-hot; rows without a positive do not count.
            y_pred: Float [batch, candidates]; higher is better.
            sample_weight: Float [batch], the weight of each row; None weights all rows by 1.
        """
        ranks, weights = positive_ranks(y_true, y_pred)
        if sample_weight is not None:
            weights = ops.multiply(weights, ops.cast(sample_weight, "float32"))
        gains = self.metric.gain(ops.maximum(ranks, 1.0), ops)
        self.total.assign_add(ops.sum(ops.multiply(ops.cast(gains, "float32"), weights)))
        self.rows.assign_add(ops.sum(weights))

    def result(self):
        """The mean over all rows added so far; 0 if there are none."""
        return ops.divide_no_nan(self.total, self.rows)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "metric": self.metric.name}
