import json

import pytest

from serving.cli.demo_report import components_text, metrics_text, read_report

REPORT = {
    "metrics": {
        "model": {"search": {"ndcg_at_5": 0.5}, "recommendation": {"ndcg_at_5": 0.25}},
        "baseline": {"search": {"ndcg_at_5": 0.4}, "recommendation": {"ndcg_at_5": 0.2}},
        "popularity": {"search": {"ndcg_at_5": 0.125}, "recommendation": {}},
    },
    "ran": ["Evaluator", "Pusher"],
    "cached": [],
    "blessed": True,
}


def test_reads_what_was_written(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(REPORT))
    assert read_report(str(tmp_path / "report.json")) == REPORT
    (tmp_path / "report.json").write_text("[]")
    with pytest.raises(ValueError, match="is not a run's report"):
        read_report(str(tmp_path / "report.json"))


def test_metrics_beside_popularity():
    assert metrics_text(REPORT).splitlines() == [
        "surface         metric      model  popularity",
        "search          ndcg_at_5  0.5000  0.1250",
        "recommendation  ndcg_at_5  0.2500",
        "The model is blessed.",
    ]


def test_metrics_beside_another_baseline():
    metrics = {name: REPORT["metrics"][name] for name in ("model", "baseline")}
    lines = metrics_text({"metrics": metrics, "blessed": False}).splitlines()
    assert lines[0].split() == ["surface", "metric", "model", "baseline"]
    assert lines[1].split() == ["search", "ndcg_at_5", "0.5000", "0.4000"]
    assert lines[-1] == "The model of this run is not blessed; the version that was pushed before stays."


def test_the_verdict_names_the_baseline():
    report = {**REPORT, "baseline": "last blessed version 7"}
    told = "The model is blessed (the baseline that it had to beat: last blessed version 7)."
    assert metrics_text(report).splitlines()[-1] == told


def test_components():
    assert components_text(REPORT) == "Ran: Evaluator, Pusher.\nTaken from the cache: nothing."
