"""The ranking metrics as metrics of TFMA, which the Evaluator computes by slice."""

from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from components.metrics.among_candidates.rank_counts import rank_computations
from schemas.rank_metrics import metric_named


class EvaluatorMetric(metric_types.Metric):
    """A ranking metric over examples that each carry their whole candidate list and one positive.

    An `EvalConfig` names it with this file as its module and a config such as ``{"name": "ndcg_at_5"}``. TFMA slices it
    as any metric, and refuses to weight it by examples. (TFMA's own `NDCG` needs one example for each candidate, and
    groups them by a query key.)
    """

    def __init__(self, name: str, always: bool = False):
        """Sets the metric up.

        Args:
            name: A name of `schemas.rank_metrics`.
            always: Whether it is a result even where the lists are too short for its cut-off to say something
                (`schemas.rank_metrics.tells`), as the metric that decides has to be.

        Raises:
            ValueError: No metric has that name.
        """
        metric_named(name)
        super().__init__(_computations, name=name, always=always)


def _computations(
    name: str,
    always: bool = False,
    eval_config: config_pb2.EvalConfig | None = None,
    model_names: list[str] | None = None,
    output_names: list[str] | None = None,
) -> metric_types.MetricComputations:
    return rank_computations(metric_named(name), eval_config, model_names, output_names, always)
