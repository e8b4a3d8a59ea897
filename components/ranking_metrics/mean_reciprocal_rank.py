"""MRR, the mean of one over the positive's rank, as a TFMA metric."""

from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from components.ranking_metrics.rank_counts import mean_gain_computations
from components.ranking_metrics.rank_gains import reciprocal


class MeanReciprocalRank(metric_types.Metric):
    """MRR over examples that each carry their whole candidate list and one positive, with no cut-off.

    To be named in an `EvalConfig` with this file as its module. Sliced as any TFMA metric; TFMA refuses to weight it by
    examples.
    """

    def __init__(self, name: str = "mrr"):
        """Takes the metric's name."""
        super().__init__(_mean_reciprocal_rank, name=name)


def _mean_reciprocal_rank(
    name: str,
    eval_config: config_pb2.EvalConfig | None = None,
    model_names: list[str] | None = None,
    output_names: list[str] | None = None,
) -> metric_types.MetricComputations:
    return mean_gain_computations(name, reciprocal, eval_config, model_names, output_names)
