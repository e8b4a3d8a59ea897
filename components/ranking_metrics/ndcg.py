"""NDCG@k of one positive among its candidates, as a TFMA metric."""

from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from components.ranking_metrics.rank_counts import mean_gain_computations
from components.ranking_metrics.rank_gains import discounted_gain


class Ndcg(metric_types.Metric):
    """NDCG@k over examples that each carry their whole candidate list and one positive.

    With one positive the ideal gain is 1, so an example contributes 1 / log2(rank + 1) where its positive is among
    the first k, else 0. (TFMA's own `NDCG` wants one example a candidate, grouped by a query key; TFMA looks names up
    in its own register first, hence the different spelling.)

    To be named in an `EvalConfig` with this file as its module and a config such as
    ``{"k": 5, "name": "ndcg_at_5"}``. Sliced as any TFMA metric; TFMA refuses to weight it by examples.
    """

    def __init__(self, k: int, name: str = ""):
        """Takes the cut-off `k` (at least 1, else ValueError) and the metric's name, `ndcg_at_<k>` by default."""
        if k < 1:
            raise ValueError(f"`k` should be at least 1. Received: k={k}")
        super().__init__(_ndcg, k=k, name=name or f"ndcg_at_{k}")


def _ndcg(
    k: int,
    name: str,
    eval_config: config_pb2.EvalConfig | None = None,
    model_names: list[str] | None = None,
    output_names: list[str] | None = None,
) -> metric_types.MetricComputations:
    return mean_gain_computations(name, lambda rank: discounted_gain(rank, k), eval_config, model_names, output_names)
