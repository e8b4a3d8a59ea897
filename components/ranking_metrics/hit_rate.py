"""HR@k, the share of examples whose positive is among the first k, as a TFMA metric."""

from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from components.ranking_metrics.rank_counts import mean_gain_computations
from components.ranking_metrics.rank_gains import hit


class HitRate(metric_types.Metric):
    """HR@k over examples that each carry their whole candidate list and one positive.

    To be named in an `EvalConfig` with this file as its module and a config such as
    ``{"k": 5, "name": "hit_rate_at_5"}``. Sliced as any TFMA metric; TFMA refuses to weight it by examples.
    """

    def __init__(self, k: int, name: str = ""):
        """Takes the cut-off `k` (at least 1, else ValueError) and the metric's name, `hit_rate_at_<k>` by default."""
        if k < 1:
            raise ValueError(f"`k` should be at least 1. Received: k={k}")
        super().__init__(_hit_rate, k=k, name=name or f"hit_rate_at_{k}")


def _hit_rate(
    k: int,
    name: str,
    eval_config: config_pb2.EvalConfig | None = None,
    model_names: list[str] | None = None,
    output_names: list[str] | None = None,
) -> metric_types.MetricComputations:
    return mean_gain_computations(name, lambda rank: hit(rank, k), eval_config, model_names, output_names)
