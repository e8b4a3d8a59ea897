import math
from collections import Counter

import pytest
from tensorflow_model_analysis.metrics import metric_types

from components.ranking_metrics.hit_rate import HitRate
from components.ranking_metrics.mean_reciprocal_rank import MeanReciprocalRank
from components.ranking_metrics.ndcg import Ndcg


def test_gain_falls_with_the_logarithm_of_the_rank_and_ends_at_k():
    ranks, ndcg = Ndcg(k=3).computations()
    found = ndcg.result({ranks.keys[0]: Counter({1: 1, 3: 1, 4: 2})})
    # 1/log2(2) = 1 at rank 1, 1/log2(4) = 1/2 at rank 3, nothing at rank 4.
    assert found == {metric_types.MetricKey("ndcg_at_3"): pytest.approx((1 + 0.5) / 4)}


def test_of_one_is_the_hit_rate_of_one():
    counts = Counter({1: 3, 2: 4})
    values = []
    for metric in (Ndcg(k=1), HitRate(k=1)):
        ranks, derived = metric.computations()
        values += derived.result({ranks.keys[0]: counts}).values()
    assert values == [3 / 7, 3 / 7]


def test_no_example_no_number():
    ranks, ndcg = Ndcg(k=3).computations()
    (value,) = ndcg.result({ranks.keys[0]: Counter()}).values()
    assert math.isnan(value)


def test_all_ranking_metrics_share_one_pass_over_the_data():
    metrics = [HitRate(k=1), HitRate(k=10), Ndcg(k=5), MeanReciprocalRank()]
    assert len({metric.computations(model_names=["m"])[0] for metric in metrics}) == 1


def test_each_model_and_output_has_its_own():
    computations = Ndcg(k=5).computations(model_names=["candidate", "baseline"], output_names=["a", "b"])
    assert len(set(computations)) == 8


def test_refuses_a_cut_off_below_one():
    with pytest.raises(ValueError, match="`k` should be at least 1. Received: k=0"):
        Ndcg(k=0)
