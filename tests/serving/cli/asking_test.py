from serving.call_error import CallError
from serving.cli.asking import explain, limits
from serving.event_log import HistoryLimits
from tfx_pipeline.configs import load_config


def test_histories_are_as_long_as_in_training(shop):
    overrides = ["data.recommendation_history=3", "data.search_history=4", "data.items_per_session=2"]
    assert limits(load_config(str(shop), overrides)) == HistoryLimits(3, 4, 2)


def test_other_errors_are_told_as_they_are(shop):
    error = CallError("INVALID_ARGUMENT", "bad shape", "h:1")
    assert explain(error, load_config(str(shop))) == "h:1 answered INVALID_ARGUMENT: bad shape"
