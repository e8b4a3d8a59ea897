"""The combiner alone, on numbers that are worked out by hand; `ranking_metrics_beam_test.py` runs it in TFMA."""

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


def test_counts_examples_by_rank():
    combiner = RankCounts(KEY, None)
    assert combiner.extract_output(_counts(combiner, [FIRST, LAST, FIRST, SECOND])) == {KEY: {1: 2, 2: 1, 3: 1}}


def test_bundles_may_be_cut_anywhere():
    combiner = RankCounts(KEY, None)
    examples = [FIRST, SECOND, LAST, LAST, FIRST]
    whole = _counts(combiner, examples)
    for cut in range(len(examples) + 1):
        parts = [_counts(combiner, examples[:cut]), _counts(combiner, examples[cut:])]
        assert combiner.merge_accumulators(parts) == whole
