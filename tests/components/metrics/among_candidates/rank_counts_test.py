"""The combiner alone, on numbers that are worked out by hand; `tfma_evaluation_test.py` runs it in TFMA."""

import numpy as np
from tensorflow_model_analysis.metrics import metric_types

from components.metrics.among_candidates.rank_counts import RankCounts

KEY = metric_types.MetricKey("_ranks")


def _example(labels, scores) -> metric_types.StandardMetricInputs:
    return metric_types.StandardMetricInputs(labels=np.array(labels), predictions=np.array(scores))


def _counts(combiner, examples):
    accumulator = combiner.create_accumulator()
    for example in examples:
        accumulator = combiner.add_input(accumulator, example)
    return accumulator


FIRST = _example([1.0, 0.0, 0.0], [0.9, 0.2, 0.1])
SECOND = _example([0.0, 1.0, 0.0], [0.9, 0.2, 0.1])
LAST = _example([1.0, 0.0, 0.0], [0.1, 0.1, 0.1])


def test_examples_are_counted_by_rank_wherever_bundles_are_cut():
    combiner = RankCounts(KEY, None)
    examples = [FIRST, SECOND, LAST, LAST, FIRST]
    for cut in range(len(examples) + 1):
        parts = [_counts(combiner, examples[:cut]), _counts(combiner, examples[cut:])]
        counted = combiner.extract_output(combiner.merge_accumulators(parts))
        assert counted == {KEY: {1: 2, 2: 1, 3: 2}}
