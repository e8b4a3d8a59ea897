import json

import pytest

from serving.cli.demo_report import components_text, metrics_text, read_report

MODEL = {
    "metrics": {
        "model": {"search": {"ndcg_at_5": 0.5}, "recommendation": {"ndcg_at_5": 0.25}},
        "baseline": {"search": {"ndcg_at_5": 0.4}, "recommendation": {"ndcg_at_5": 0.2}},
        "popularity": {"search": {"ndcg_at_5": 0.125}, "recommendation": {}},
    },
    "whole_catalogue": {},
    "blessed": True,
}
REPORT = {"models": {"shop": MODEL}, "ran": ["Evaluator", "Pusher"], "cached": []}


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
    metrics = {name: MODEL["metrics"][name] for name in ("model", "baseline")}
    lines = metrics_text({"models": {"shop": {"metrics": metrics, "blessed": False}}}).splitlines()
    assert lines[0].split() == ["surface", "metric", "model", "baseline"]
    assert lines[1].split() == ["search", "ndcg_at_5", "0.5000", "0.4000"]
    assert lines[-1] == "The model of this run is not blessed; the version that was pushed before stays."


def test_the_verdict_names_the_baseline():
    report = {"models": {"shop": {**MODEL, "baseline": "last blessed version 7"}}}
    told = "The model is blessed (the baseline that it had to beat: last blessed version 7)."
    assert metrics_text(report).splitlines()[-1] == told


def test_what_the_servability_gate_measured():
    figures = {"model_mb": 3.0, "rest_rank_p50_ms": 4.25, "grpc_rank_p50_ms": 2.0, "grpc_rank_p95_ms": 9.0}
    model = {**MODEL, "servable": True, "servability_reasons": [], "servability_figures": figures}
    told = "A median `rank` request of the servability gate took 4.2 ms over REST, 2.0 ms over gRPC."
    assert metrics_text({"models": {"shop": model}}).splitlines()[-2:] == ["The model is blessed.", told]


def test_what_the_servability_gate_refused():
    model = {**MODEL, "servable": False, "servability_reasons": ["too large", "too slow"], "servability_figures": {}}
    assert metrics_text({"models": {"shop": model}}).splitlines()[-3:] == [
        "The servability gate refused it, so that it was not pushed:",
        "  too large",
        "  too slow",
    ]


def test_metrics_among_all_items_stand_beside():
    model = {**MODEL, "whole_catalogue": {"search": {"ndcg_at_5": 0.0625, "ndcg_at_100": 0.5}}}
    lines = metrics_text({"models": {"shop": model}}).splitlines()
    assert lines[0].endswith("among all items")
    assert lines[1].split() == ["search", "ndcg_at_5", "0.5000", "0.1250", "0.0625"]
    assert lines[2].split() == ["recommendation", "ndcg_at_5", "0.2500"]


def test_several_models_are_told_apart():
    lines = metrics_text({"models": {"shop_search": MODEL, "shop_feed": MODEL}}).splitlines()
    assert lines[0] == "shop_search" and lines[6] == "shop_feed" and lines[5] == ""


def test_components():
    assert components_text(REPORT) == "Ran: Evaluator, Pusher.\nTaken from the cache: nothing."
