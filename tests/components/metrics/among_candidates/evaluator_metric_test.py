"""A metric as TFMA asks for it; `tfma_evaluation_test.py` runs all of them in TFMA."""

import math
from collections import Counter

import pytest

from components.metrics.among_candidates.evaluator_metric import EvaluatorMetric


def test_is_made_from_an_eval_configs_json():
    metric = EvaluatorMetric.from_config({"name": "hit_rate_at_5"})
    assert (metric.name, metric.get_config()) == ("hit_rate_at_5", {"name": "hit_rate_at_5"})
    with pytest.raises(ValueError, match="there is no ranking metric 'recall_at_5'"):
        EvaluatorMetric.from_config({"name": "recall_at_5"})
    # It refuses to be weighted rather than ignore the weights.
    with pytest.raises(ValueError, match="does not support example weights"):
        EvaluatorMetric("mrr").computations(example_weighted=True)


def test_all_ranking_metrics_share_one_pass_over_the_data_and_without_examples_there_is_no_number():
    ranks, ndcg = EvaluatorMetric("ndcg_at_3").computations()
    (value,) = ndcg.result({ranks.keys[0]: Counter()}).values()
    assert math.isnan(value)
    metrics = [EvaluatorMetric(name) for name in ("hit_rate_at_1", "hit_rate_at_10", "ndcg_at_5", "mrr")]
    assert len({metric.computations(model_names=["m"])[0] for metric in metrics}) == 1
    of_each = metrics[2].computations(model_names=["candidate", "baseline"], output_names=["a", "b"])
    assert len(set(of_each)) == 8
