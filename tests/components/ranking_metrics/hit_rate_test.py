from collections import Counter

import pytest
from tensorflow_model_analysis.metrics import metric_types

from components.ranking_metrics.hit_rate import HitRate


def test_share_of_examples_whose_positive_is_among_the_first_k():
    ranks, hit_rate = HitRate(k=2).computations(model_names=["m"])
    found = hit_rate.result({ranks.keys[0]: Counter({1: 1, 2: 2, 3: 5})})
    assert found == {metric_types.MetricKey("hit_rate_at_2", model_name="m"): 3 / 8}


def test_is_made_from_an_eval_configs_json():
    metric = HitRate.from_config({"k": 5, "name": "found"})
    assert (metric.name, metric.get_config()) == ("found", {"k": 5, "name": "found"})


def test_refuses_a_cut_off_below_one():
    with pytest.raises(ValueError, match="`k` should be at least 1. Received: k=0"):
        HitRate(k=0)


def test_refuses_to_be_weighted_rather_than_ignore_the_weights():
    with pytest.raises(ValueError, match="does not support example weights"):
        HitRate(k=1).computations(example_weighted=True)
