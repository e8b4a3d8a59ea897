"""What needs no run; tests/e2e/repeated_run_test.py reads the reports of real ones."""

import dataclasses

from tfx_pipeline.config.pipeline_config import EvaluationConfig, PipelineConfig
from tfx_pipeline.config.training_config import FineTuningConfig, TrainConfig
from tfx_pipeline.report import Shortfall, left_out, shortfalls

CONFIG = EvaluationConfig(metric="mrr", margin=0.125)


def metrics(search, recommendation):
    return {"search": {"mrr": search}, "recommendation": {"mrr": recommendation}}


def test_a_surface_falls_short_where_it_does_not_beat_the_baseline_by_the_margin():
    both = {"model": metrics(0.5, 0.25), "baseline": metrics(0.25, 0.25)}
    assert shortfalls(both, ("recommendation", "search"), CONFIG) == (Shortfall("recommendation", "mrr", 0.25, 0.375),)
    # Exactly the margin is enough, and what the model does not serve does not count.
    assert shortfalls({"model": metrics(0.375, 0), "baseline": metrics(0.25, 1)}, ("search",), CONFIG) == ()


def test_what_was_left_out_is_what_the_examples_and_the_surfaces_say():
    both = PipelineConfig()
    feed = dataclasses.replace(both, train=TrainConfig(surfaces=("recommendation",)))
    search = dataclasses.replace(both, fine_tuning=FineTuningConfig(surfaces=("search",)))
    assert left_out(both, "") == ()
    assert left_out(feed, "3 users.\n4 targets.") == (
        "search: no model is trained, measured or pushed for it.",
        "3 users.",
        "4 targets.",
    )
    assert left_out(search, "")[0].startswith("recommendation: no model")


def test_a_surface_without_examples_falls_short():
    without = {"model": {}, "baseline": {}}
    assert shortfalls(without, ("search",), CONFIG) == (Shortfall("search", "mrr", None, None),)
