import json

from schemas.rank_metrics import rank_metrics
from tfx_pipeline.blessing.evaluation import eval_config
from tfx_pipeline.config.pipeline_config import EvaluationConfig


def test_the_deciding_metric_has_a_threshold_on_each_surface():
    config = eval_config(EvaluationConfig(metric="hit_rate_at_10", margin=0.25))
    deciding = [metric for metric in config.metrics_specs[0].metrics if metric.per_slice_thresholds]
    assert [metric.config for metric in deciding] == ['{"name": "hit_rate_at_10"}']
    thresholds = deciding[0].per_slice_thresholds
    assert [dict(each.slicing_specs[0].feature_values) for each in thresholds] == [
        {"surface": "recommendation"},
        {"surface": "search"},
    ]
    assert {each.threshold.change_threshold.absolute.value for each in thresholds} == {0.25}


def test_all_ranking_metrics_are_measured_overall_and_by_surface():
    config = eval_config(EvaluationConfig())
    assert len(config.metrics_specs[0].metrics) == 3 + 3 + 1
    assert [list(each.feature_keys) for each in config.slicing_specs] == [[], ["surface"]]


def test_the_metrics_that_a_configuration_may_name_are_those_that_are_measured():
    metrics = eval_config(EvaluationConfig()).metrics_specs[0].metrics
    names = [json.loads(metric.config)["name"] for metric in metrics]
    assert names == [metric.name for metric in rank_metrics()]
    assert [EvaluationConfig(metric=name).metric for name in names] == names


def test_a_model_of_one_surface_is_measured_and_judged_there_alone():
    config = eval_config(EvaluationConfig(), ["search"])
    assert [dict(each.feature_values) for each in config.slicing_specs] == [{"surface": "search"}]
    (deciding,) = (metric for metric in config.metrics_specs[0].metrics if metric.per_slice_thresholds)
    (threshold,) = deciding.per_slice_thresholds
    assert dict(threshold.slicing_specs[0].feature_values) == {"surface": "search"}
