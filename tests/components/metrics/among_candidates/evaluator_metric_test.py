"""A metric as TFMA asks for it; `tfma_evaluation_test.py` runs all of them in TFMA."""

import math
from collections import Counter

import pytest

from components.metrics.among_candidates.evaluator_metric import EvaluatorMetric


def test_is_made_from_an_eval_configs_json():
    metric = EvaluatorMetric.from_config({"name": "hit_rate_at_5"})
    assert (metric.name, metric.get_config()) == ("hit_rate_at_5", {"name": "hit_rate_at_5", "always": False})
    with pytest.raises(ValueError, match="there is no ranking metric 'recall_at_5'"):
        EvaluatorMetric.from_config({"name": "recall_at_5"})
    # It refuses to be weighted rather than ignore the weights.
    with pytest.raises(ValueError, match="does not support example weights"):
        EvaluatorMetric("mrr").computations(example_weighted=True)


def test_all_ranking_metrics_share_one_pass_over_the_data_and_without_examples_there_is_no_number():
    ranks, ndcg = EvaluatorMetric("ndcg_at_3").computations()
    (value,) = ndcg.result({ranks.keys[0]: (Counter(), 6)}).values()
    assert math.isnan(value)
    metrics = [EvaluatorMetric(name) for name in ("hit_rate_at_1", "hit_rate_at_10", "ndcg_at_5", "mrr")]
    assert len({metric.computations(model_names=["m"])[0] for metric in metrics}) == 1
    of_each = metrics[2].computations(model_names=["candidate", "baseline"], output_names=["a", "b"])
    assert len(set(of_each)) == 8


@pytest.mark.parametrize(("longest", "always", "is_there"), [(10, False, True), (9, False, False), (9, True, True)])
def test_a_cut_off_beyond_half_of_the_list_is_no_result_unless_it_decides(longest, always, is_there):
    ranks, metric = EvaluatorMetric("hit_rate_at_5", always).computations()
    found = metric.result({ranks.keys[0]: (Counter({2: 1, 7: 3}), longest)})
    assert list(found.values()) == ([0.25] if is_there else [])
