"""Counts how often the positive has each rank, in the one pass over the data that all ranking metrics share.

A TFMA metric consists of Beam combiners, and of functions of the combiners' results. Hit rate, NDCG and reciprocal rank
are means of a gain that depends on the positive's rank alone, so a count per rank is all that must be combined. TFMA
identifies computations by their keys, so it runs this one once for all metrics.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types, metric_util
from tensorflow_model_analysis.proto import config_pb2

from components.metrics.among_candidates.positive_rank import positive_rank
from components.progress import Progress
from schemas.rank_metrics import RankMetric, tells

PRIVATE_NAME = "_positive_rank_counts"
"""TFMA leaves metrics whose name starts with an underscore out of its results."""


_RANKED = Progress("lists of candidates ranked")
"""An example is counted once for each model and each slice."""


class Ranks(NamedTuple):
    """The examples of a slice.

    Attributes:
        counts: How many examples have each rank of the positive.
        longest: The number of candidates of the example that has most.
    """

    counts: Counter[int]
    longest: int


class RankCounts(beam.CombineFn):
    """Counts the examples of a slice by the rank of their positive."""

    def __init__(self, key: metric_types.MetricKey, eval_config: config_pb2.EvalConfig | None):
        self._key = key
        self._eval_config = eval_config

    def create_accumulator(self) -> Ranks:
        """Starts with no example."""
        return Ranks(Counter(), 0)

    def add_input(self, accumulator: Ranks, element: metric_types.StandardMetricInputs) -> Ranks:
        """Counts one example: its labels and the scores that this computation's model gave."""
        labels, scores, _ = next(
            metric_util.to_label_prediction_example_weight(
                element,
                eval_config=self._eval_config,
                model_name=self._key.model_name,
                output_name=self._key.output_name,
                flatten=False,
                squeeze=False,
            )
        )
        accumulator.counts[positive_rank(labels, scores)] += 1
        _RANKED.advance()
        return Ranks(accumulator.counts, max(accumulator.longest, np.size(labels)))

    def merge_accumulators(self, accumulators: Iterable[Ranks]) -> Ranks:
        """Adds up what the bundles counted."""
        counts, longest = zip(*accumulators, strict=True)
        return Ranks(sum(counts, Counter()), max(longest))

    def extract_output(self, accumulator: Ranks) -> dict[metric_types.MetricKey, Ranks]:
        """Gives the counts to the metrics that are derived from them."""
        return {self._key: accumulator}


def rank_computations(
    metric: RankMetric,
    eval_config: config_pb2.EvalConfig | None,
    model_names: list[str] | None,
    output_names: list[str] | None,
    always: bool = False,
) -> metric_types.MetricComputations:
    """The computations of a ranking metric.

    Args:
        metric: The metric; results have its name.
        eval_config: Names the models, their labels and their prediction keys.
        model_names: The models to evaluate; one nameless model by default.
        output_names: The outputs to evaluate; one nameless output by default.
        always: Whether there is a result even where lists are so short that it says nothing, see `tells`.
    """
    computations: metric_types.MetricComputations = []
    for model_name in model_names or [""]:
        for output_name in output_names or [""]:
            ranks = metric_types.MetricKey(PRIVATE_NAME, model_name=model_name, output_name=output_name)
            result = metric_types.MetricKey(metric.name, model_name=model_name, output_name=output_name)
            computations.append(metric_types.MetricComputation([ranks], None, RankCounts(ranks, eval_config)))
            computations.append(metric_types.DerivedMetricComputation([result], _derive(ranks, result, metric, always)))
    return computations


def _derive(
    ranks: metric_types.MetricKey, result: metric_types.MetricKey, metric: RankMetric, always: bool
) -> Callable[[dict], dict]:
    def derive(metrics: dict) -> dict:
        counts, longest = metrics[ranks]
        return {result: metric.mean(counts)} if always or tells(metric, longest) else {}

    return derive
