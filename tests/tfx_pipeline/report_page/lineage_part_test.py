import re

import pytest

from tests.support.finished_runs import finish, report
from tests.support.past_runs import PastRuns
from tests.tfx_pipeline.report_page.quality_part_test import rows
from tfx_pipeline.config.pipeline_config import EvaluationConfig
from tfx_pipeline.report_page.finished_run import finished_runs
from tfx_pipeline.report_page.lineage_part import lineage_parts


@pytest.fixture
def past(tmp_path):
    past = PastRuns(tmp_path / "shop")
    finish(past, report(), evaluation=EvaluationConfig(margin=0.25))
    return past


@pytest.fixture
def html(past):
    return lineage_parts(finished_runs(str(past.root))[0])


def test_components_have_states_and_times(html):
    header, *steps = rows(html, "Components")
    assert header == ["component", "what it does", "state", "time", ""]
    assert [step[:3] for step in steps] == [
        ["BehaviourExampleGen", "reads the events and makes examples of them", "ran"],
        ["Trainer", "trains a model and exports it", "ran"],
        ["Evaluator", "compares the model with the baseline", "ran"],
        ["Pusher", "pushes what is good enough", "ran"],
    ]
    assert all(re.fullmatch(r"\d+ s", step[3]) for step in steps)


def test_logs_and_artifacts_lead_to_the_model(html):
    assert rows(html, "Logs")[1:] == [["BehaviourExampleGen", "events.tsv", "abababababab"]]
    lineage = rows(html, "Lineage")[1:]
    assert [row[1:4] for row in lineage] == [
        ["Examples", "BehaviourExampleGen", "1"],
        ["Model", "Trainer", "1"],
        ["ModelEvaluation", "Evaluator", "1"],
        ["ModelBlessing", "Evaluator", "1"],
        ["PushedModel", "Pusher", "1"],
    ]
    assert lineage[0][4].startswith("artifacts/BehaviourExampleGen/")


def test_settings_that_were_changed_stand_first(html, past):
    assert rows(html, "Settings that differ from the defaults")[1:] == [
        ["name", "shop"],
        ["root", str(past.root)],
        ["evaluation.margin", "0.25"],
    ]
    everything = dict(rows(html, "All settings")[1:])
    assert (everything["evaluation.margin"], everything["evaluation.metric"]) == ("0.25", "ndcg_at_5")
    assert everything["beam_args"].startswith("--runner=FnApiRunner, ")


def test_a_setting_is_escaped(tmp_path):
    past = PastRuns(tmp_path / "evil")
    finish(past, report(), name="<script>\u202e")
    html = lineage_parts(finished_runs(str(past.root))[0])
    assert "&lt;script&gt;\\u202e" in html and "<script>" not in html and "\u202e" not in html
