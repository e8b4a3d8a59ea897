import json

import pytest

from schemas.rank_metrics import rank_metrics
from tfx_pipeline.blessing.evaluation import eval_config
from tfx_pipeline.config.pipeline_config import EvaluationConfig


@pytest.mark.parametrize(
    ("surfaces", "slices"),
    [
        # Overall, and by surface.
        (["recommendation", "search"], [{}, ["surface"]]),
        (["search"], [{"surface": "search"}]),
    ],
)
def test_a_model_is_measured_and_judged_on_each_of_its_surfaces(surfaces, slices):
    config = eval_config(EvaluationConfig(metric="hit_rate_at_10", margin=0.25), surfaces)
    assert [list(each.feature_keys) or dict(each.feature_values) for each in config.slicing_specs] == slices
    (deciding,) = (metric for metric in config.metrics_specs[0].metrics if metric.per_slice_thresholds)
    assert deciding.config == '{"name": "hit_rate_at_10", "always": true}'
    thresholds = deciding.per_slice_thresholds
    assert [dict(each.slicing_specs[0].feature_values) for each in thresholds] == [
        {"surface": each} for each in surfaces
    ]
    assert {each.threshold.change_threshold.absolute.value for each in thresholds} == {0.25}


def test_the_metrics_that_a_configuration_may_name_are_those_that_are_measured():
    metrics = eval_config(EvaluationConfig()).metrics_specs[0].metrics
    names = [json.loads(metric.config)["name"] for metric in metrics]
    assert names == [metric.name for metric in rank_metrics()] and len(names) == 4 + 3 + 1 + 1
    assert [EvaluationConfig(metric=name).metric for name in names] == names
