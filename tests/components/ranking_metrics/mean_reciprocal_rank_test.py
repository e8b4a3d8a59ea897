from collections import Counter

import pytest
from tensorflow_model_analysis.metrics import metric_types

from components.ranking_metrics.mean_reciprocal_rank import MeanReciprocalRank


def test_mean_of_one_over_the_rank_without_a_cut_off():
    ranks, mrr = MeanReciprocalRank().computations()
    found = mrr.result({ranks.keys[0]: Counter({1: 1, 4: 1, 100: 2})})
    assert found == {metric_types.MetricKey("mrr"): pytest.approx((1 + 1 / 4 + 2 / 100) / 4)}
