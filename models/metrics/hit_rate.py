"""HitRate@k."""

from typing import Any

from keras import ops

from models.metrics.ranking_metric import RankingMetric
from models.registration import register


@register
class HitRate(RankingMetric):
    """The share of rows whose positive is among the first `k`.

    Args:
        k: How far down the list counts.
        name: Of the metric; `hit_rate_at_<k>` by default.
        **kwargs: Passed to `keras.metrics.Metric`.
    """

    def __init__(self, k: int, name: str | None = None, **kwargs: Any):
        super().__init__(name=name or f"hit_rate_at_{k}", **kwargs)
        self.k = k

    def gain(self, ranks):
        """1 within the first `k`, else 0."""
        return ops.cast(ops.less_equal(ranks, self.k), "float32")

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "k": self.k}
