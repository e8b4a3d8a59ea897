import re

import pytest

from tests.support.finished_runs import MODEL, finish, report
from tests.support.html_tables import table_rows
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import EvaluationConfig
from tfx_pipeline.past_runs.finished_run import finished_runs
from tfx_pipeline.report_page.compared_runs import compared


@pytest.fixture
def past(tmp_path):
    """Run 1 and run 2, whose model is better in search and worse in the feed."""
    past = PastRuns(tmp_path / "shop")
    finish(past, report())
    better = {"search": {"mrr": 0.75}, "recommendation": {"mrr": 0.125, "ndcg_at_1": 0.5}}
    metrics = {**MODEL["metrics"], "model": better}
    finish(past, report(metrics=metrics), version="18", evaluation=EvaluationConfig(margin=0.25, baselines=()))
    return past


def parts(past, *numbers):
    return compared(finished_runs(str(past.root), numbers))


def test_each_other_run_is_compared_with_the_first(past):
    rows = table_rows(parts(past, "1", "2"), "Metrics side by side")
    assert rows[0] == ["surface", "metric", "run 1", "run 2", "ahead of run 1 by"]
    assert ["search", "MRR", "0.5000", "0.7500", "+0.2500"] in rows
    assert ["recommendation", "MRR", "0.2500", "0.1250", "-0.1250"] in rows
    # What only one of them measured has no difference.
    assert ["search", "HR@1", "0.5000", "", ""] in rows and ["recommendation", "NDCG@1", "", "0.5000", ""] in rows
    assert ["search", "MRR", "0.7500", "0.5000", "-0.2500"] in table_rows(parts(past, "2", "1"), "Metrics side by side")


def test_two_models_of_a_run_keep_their_names(past):
    told = report()
    told["models"]["books"] = told["models"]["shop"]
    finish(past, told, version="19")
    rows = table_rows(parts(past, "3", "3", "1"), "Metrics side by side")
    assert rows[0][:4] == ["model", "surface", "metric", "run 3"] and [row[0] for row in rows[1:8:6]] == [
        "shop",
        "books",
    ]


def test_settings_that_differ_are_listed(past):
    assert table_rows(parts(past, "1", "2"), "Settings that differ")[1:3] == [
        ["evaluation.margin", "0.005", "0.25"],
        ["evaluation.baselines", ", ".join(EvaluationConfig().baselines), ""],
    ]
    finish(past, report(), version="19")
    assert "The settings and the versions are equal." in parts(past, "1", "3")
    finish(past, report(), version="20", made_by="Tandem 2\nTFX 9")
    rows = table_rows(parts(past, "3", "4"), "Settings that differ")
    assert rows[1:] == [["made by", "Tandem 1, TFX 2", "Tandem 2, TFX 9"]]


def test_other_examples_are_warned_of(past):
    assert "Not all runs were measured on the same examples" in parts(past, "1", "2")
    examples = finish(past, report(), version="19")
    finish(past, report(), version="20", examples=examples)
    assert "All runs were measured on the same examples." in parts(past, "3", "4")
    finish(past, report(), version="21", examples=examples, evaluation=EvaluationConfig(split="validation"))
    assert "Not all runs were measured on the same examples" in parts(past, "4", "5")


def test_intervals_and_curves_of_runs_are_drawn_together(past):
    html = parts(past, "1", "2")
    captions = re.findall("<figcaption>(.*?)</figcaption>", html)
    assert captions == [
        "search, NDCG@5 with its 95 % interval over users",
        "recommendation, NDCG@5 with its 95 % interval over users",
        "Trainer: NDCG@5 search on the validation split",
        "Trainer: NDCG@5 recommendation on the validation split",
    ]
    assert html.count("<circle") == 4 and html.count("<polyline") == 4


def test_times_stand_side_by_side_and_say_what_was_cached(past):
    finish(past, report(), version="20", examples=finish(past, report(), version="19"))
    rows = table_rows(parts(past, "3", "4"), "Times side by side")
    assert [row[0] for row in rows] == [
        *("component", "ItemCatalog", "BehaviourExampleGen", "Trainer", "Evaluator", "Pusher", "the run"),
    ]
    assert rows[0][1:] == ["run 3", "run 4"] and rows[2][2] == "cached"
    assert all(re.fullmatch(r"\d+ s", row[1]) for row in rows[1:])
