import re

import pytest

from tests.support.finished_runs import finish, report
from tests.support.html_tables import table_rows
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import EvaluationConfig
from tfx_pipeline.past_runs.finished_run import finished_runs
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
    header, *steps = table_rows(html, "Components")
    assert header == ["component", "state", "time", "", "what it does"]
    assert [[name, state, told] for name, state, _, _, told in steps] == [
        ["ItemCatalog", "ran", "reads the items"],
        ["BehaviourExampleGen", "ran", "reads the events and makes examples of them"],
        ["Trainer", "ran", "trains a model and exports it"],
        ["Evaluator", "ran", "compares the model with the baseline"],
        ["Pusher", "ran", "pushes what is good enough"],
    ]
    assert all(re.fullmatch(r"\d+ s", step[2]) for step in steps)


def test_memory_is_told_where_it_was_measured(past, html):
    assert "Tandem 1, TFX 2." in html
    finish(past, report(), version="18", memory={"Trainer": 1_234_500_000})
    rows = table_rows(lineage_parts(finished_runs(str(past.root))[0]), "Components")
    assert [row[4] for row in rows] == ["memory at most", "", "", "1,234 MB", "", ""]


def test_logs_and_artifacts_lead_to_the_model(html):
    assert table_rows(html, "Logs")[1:] == [
        ["ItemCatalog", "items.tsv", "abababababab"],
        ["BehaviourExampleGen", "events.tsv", "abababababab"],
    ]
    lineage = table_rows(html, "Lineage")[1:]
    assert [row[1:4] for row in lineage] == [
        ["Catalog", "ItemCatalog", "1"],
        ["Examples", "BehaviourExampleGen", "1"],
        ["Model", "Trainer", "1"],
        ["ModelEvaluation", "Evaluator", "1"],
        ["ModelBlessing", "Evaluator", "1"],
        ["PushedModel", "Pusher", "1"],
    ]
    assert lineage[0][4].startswith("artifacts/ItemCatalog/")


def test_settings_that_were_changed_stand_first(html, past):
    assert table_rows(html, "Settings that differ from the defaults")[1:] == [
        ["name", "shop"],
        ["root", str(past.root)],
        ["evaluation.margin", "0.25"],
    ]
    everything = dict(table_rows(html, "All settings")[1:])
    assert (everything["evaluation.margin"], everything["evaluation.metric"]) == ("0.25", "ndcg_at_5")
    assert everything["beam.runner"] == "direct"


def test_a_setting_is_escaped(tmp_path):
    past = PastRuns(tmp_path / "evil")
    finish(past, report(), name="<script>\u202e")
    html = lineage_parts(finished_runs(str(past.root))[0])
    assert "&lt;script&gt;\\u202e" in html and "<script>" not in html and "\u202e" not in html
