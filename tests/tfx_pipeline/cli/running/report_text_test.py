import copy

from tfx_pipeline.cli.running.report_text import is_pushed, outcome_lines, report_text

MODEL = {
    "metrics": {
        "model": {
            "overall": {"ndcg_at_5": 0.4},
            "recommendation": {"ndcg_at_5": 0.25, "mrr": 0.5},
            "search": {"ndcg_at_5": 0.5, "mrr": 0.75},
        },
        "baseline": {"recommendation": {"ndcg_at_5": 0.125, "mrr": 0.25}, "search": {"ndcg_at_5": 0.375, "mrr": 0.5}},
    },
    "whole_catalogue": {},
    "baseline": "last blessed version 12",
    "blessed": True,
    "shortfalls": [],
    "servable": True,
    "servability_reasons": [],
    "servability_figures": {"model_mb": 2.5, "rest_rank_p50_ms": 7.25, "grpc_rank_p50_ms": 3.0},
    "outcome": "pushed",
    "version": "17",
    "pushed_version": "17",
    "pushed_model_dir": "/models/shop",
}


def report(**changes):
    return {"data_findings": [], "models": {"shop": {**copy.deepcopy(MODEL), **changes}}}


def test_the_metrics_stand_once_side_by_side_with_the_baselines():
    assert report_text(report()).splitlines() == [
        "surface         metric   model  baseline",
        "search          NDCG@5  0.5000    0.3750",
        "                MRR     0.7500    0.5000",
        "recommendation  NDCG@5  0.2500    0.1250",
        "                MRR     0.5000    0.2500",
        "Baseline: last blessed version 12.",
        "Servable: 2.5 MB; a median `rank` request took 7.2 ms over REST, 3.0 ms over gRPC.",
        "",
        "Pushed: version 17 in /models/shop.",
    ]


def test_popularity_and_all_items_have_columns_of_their_own():
    metrics = {**MODEL["metrics"], "popularity": {"search": {"mrr": 0.25}}}
    lines = report_text(report(metrics=metrics, whole_catalogue={"search": {"hit_rate_at_100": 0.875}})).splitlines()
    assert lines[0] == "surface         metric   model  baseline  popularity  among all items"
    assert lines[2] == "                MRR     0.7500    0.5000      0.2500"
    assert lines[3] == "                HR@100                                         0.8750"


def test_findings_in_the_data_come_first():
    told = {**report(), "data_findings": ["train, query: it drifted (allowed)"]}
    assert report_text(told).startswith("Data: train, query: it drifted (allowed)\n\nsurface")


def test_a_repeated_run_says_that_nothing_has_changed():
    assert outcome_lines(report(outcome="unchanged")) == ["Unchanged: version 17 is already pushed, in /models/shop."]


def test_a_model_that_is_not_good_enough_says_where_by_how_much_and_what_stays():
    short = {"surface": "search", "metric": "ndcg_at_5", "value": 0.412, "needed": 0.431}
    told = report(outcome="not_pushed", version="", blessed=False, shortfalls=[short], pushed_version="12")
    assert outcome_lines(told) == [
        "Not pushed: NDCG@5 in search 0.4120, needed 0.4310, 0.0190 more (last blessed version 12). "
        "Version 12 in /models/shop stays served."
    ]
    assert "Pushed: " not in report_text(told).replace("Not pushed: ", "")


def test_a_model_that_is_not_servable_says_why():
    told = report(
        outcome="not_pushed",
        version="",
        servable=False,
        servability_reasons=["rank over REST: late"],
        pushed_version="",
    )
    assert outcome_lines(told) == [
        "Not pushed: not servable: rank over REST: late. "
        "There is no earlier version in /models/shop, so nothing can be served."
    ]
    assert "Servable" not in report_text(told)


def test_a_surface_that_nobody_could_measure():
    short = {"surface": "search", "metric": "mrr", "value": None, "needed": None}
    (line,) = outcome_lines(report(outcome="not_pushed", version="", shortfalls=[short]))
    assert line.startswith("Not pushed: MRR in search could not be measured, there is no example of it to evaluate.")


def test_of_several_models_each_is_named_and_all_must_be_pushed():
    told = report()
    told["models"]["other"] = {**MODEL, "outcome": "unchanged"}
    assert [line.split(":")[0] for line in outcome_lines(told)] == ["shop", "other"]
    assert is_pushed(told)
    told["models"]["other"]["outcome"] = "not_pushed"
    assert not is_pushed(told)
