"""NDCG@k with one relevant candidate."""

import math
from typing import Any

from keras import ops

from models.metrics.ranking_metric import RankingMetric
from models.registration import register


@register
class NDCG(RankingMetric):
    """Normalized discounted cumulative gain at `k`.

    With one positive a row it is 1 / log2(rank + 1) where the rank is within the first `k`, else 0.

    Args:
        k: How far down the list counts.
        name: Of the metric; `ndcg_at_<k>` by default.
        **kwargs: Passed to `keras.metrics.Metric`.
    """

    def __init__(self, k: int, name: str | None = None, **kwargs: Any):
        super().__init__(name=name or f"ndcg_at_{k}", **kwargs)
        self.k = k

    def gain(self, ranks):
        """The discount of the positive's rank."""
        discount = ops.divide(math.log(2), ops.log(ops.add(ops.maximum(ranks, 1.0), 1.0)))
        return ops.where(ops.less_equal(ranks, self.k), discount, 0.0)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "k": self.k}
