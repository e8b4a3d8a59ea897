"""MRR."""

from typing import Any

from keras import ops

from models.metrics.ranking_metric import RankingMetric
from models.registration import register


@register
class MeanReciprocalRank(RankingMetric):
    """The mean of 1 / rank of the positive.

    Args:
        name: Of the metric.
        **kwargs: Passed to `keras.metrics.Metric`.
    """

    def __init__(self, name: str = "mrr", **kwargs: Any):
        super().__init__(name=name, **kwargs)

    def gain(self, ranks):
        """1 / rank."""
        return ops.divide(1.0, ops.maximum(ranks, 1.0))
