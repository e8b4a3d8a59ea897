"""The combiner alone, on numbers that are worked out by hand; `tfma_evaluation_test.py` runs it in TFMA."""

import functools

import numpy as np
from tensorflow_model_analysis.metrics import metric_types

from components.metrics.among_candidates.rank_counts import RankCounts

KEY = metric_types.MetricKey("_ranks")


EXAMPLES = [
    metric_types.StandardMetricInputs(labels=np.array(labels), predictions=np.array(scores))
    for labels, scores in [
        ([1.0, 0.0, 0.0], [0.9, 0.2, 0.1]),  # The first.
        ([0.0, 1.0, 0.0], [0.9, 0.2, 0.1]),  # The second.
        *[([1.0, 0.0, 0.0, 0.0], [0.1, 0.1, 0.1, 0.1])] * 2,  # The last.
    ]
]


def test_examples_are_counted_by_rank_wherever_bundles_are_cut():
    combiner = RankCounts(KEY, None)
    for cut in range(len(EXAMPLES) + 1):
        parts = [
            functools.reduce(combiner.add_input, bundle, combiner.create_accumulator())
            for bundle in (EXAMPLES[:cut], EXAMPLES[cut:])
        ]
        assert combiner.extract_output(combiner.merge_accumulators(parts)) == {KEY: ({1: 1, 2: 1, 4: 2}, 4)}
