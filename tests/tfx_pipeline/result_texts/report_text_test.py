import pytest

from tfx_pipeline.result_texts.report_text import is_pushed, outcome_lines, report_text

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
    return {"data_findings": [], "models": {"shop": MODEL | changes}}


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
    among_all = {"whole_catalogue": {"search": {"hit_rate_at_100": 0.875}}, "among_which": "Among all items means …."}
    told = report(metrics=metrics, **among_all)
    found = {"data_findings": ["train, query: it drifted (allowed)"], "left_out": ["3 robots"]}
    chosen = {"trainings": ["Trainer: batches of 32"]}
    lines = report_text(told | found | chosen).splitlines()
    # Findings in the data come first, then what the trainings chose.
    assert lines[:2] == ["Data: train, query: it drifted (allowed)", "Left out: 3 robots"]
    assert lines[2:4] == ["Chosen: Trainer: batches of 32", ""]
    began = report_text(told | found | chosen | {"starts": ["Trainer: Begins anew: no version"]}).splitlines()
    assert began == [*lines[:3], "Warm start: Trainer: Begins anew: no version", *lines[3:]]
    lines = lines[2:]
    assert lines[2] == "surface         metric   model  baseline  popularity  among all items"
    assert lines[3] == "search          HR@100                                         0.8750"
    assert lines[5] == "                MRR     0.7500    0.5000      0.2500"
    assert "Among all items means …." in lines


def test_the_vectors_alone_stand_beside_what_is_served():
    among_all = {"whole_catalogue": {"search": {"mrr": 0.875}}, "by_vectors": {"search": {"mrr": 0.125}}}
    lines = report_text(report(**among_all)).splitlines()
    assert lines[0].split("  ")[-2:] == ["among all items", "by vectors alone"]
    assert lines[2].split()[-2:] == ["0.8750", "0.1250"]


def short(metric="ndcg_at_5", value=0.412, needed=0.431):
    return [{"surface": "search", "metric": metric, "value": value, "needed": needed}]


STAYS = "Version 17 in /models/shop stays served."
NONE_SERVED = "There is no earlier version in /models/shop, so nothing can be served."
SHORT, UNMEASURED = short(), short("mrr", None, None)


@pytest.mark.parametrize(
    ("changes", "why", "what_is_served"),
    [
        ({"shortfalls": SHORT}, "NDCG@5 in search 0.4120, needed 0.4310, 0.0190 more (last blessed version 12)", STAYS),
        (
            {"shortfalls": UNMEASURED},
            "MRR in search could not be measured, there is no example of it to evaluate",
            STAYS,
        ),
        ({"servable": False, "servability_reasons": ["late"], "pushed_version": ""}, "not servable: late", NONE_SERVED),
        ({"servable": False}, "not servable, as the server that tried it found", STAYS),
        ({"rolled_back": "18"}, "it is the model of version 18, which `tandem rollback 18` brings back", STAYS),
    ],
)
def test_a_model_that_is_not_pushed_says_why_and_what_is_served(changes, why, what_is_served):
    told = report(**{"outcome": "not_pushed"} | changes)
    sentence = f"Not pushed: {why}. {what_is_served}"
    assert outcome_lines(told) == [sentence]
    assert report_text(told).endswith(f"\n\n{sentence}")
    assert ("\nServable: " in report_text(told)) == changes.get("servable", True)


RULES = {
    "metric": "mrr",
    "candidates": {
        "search": {
            "model": {"mrr": [0.75, 0.625, 0.875]},
            "rules": {"popularity": {"mrr": [0.25, 0.125, 0.375]}},
            "verdict": "search: the model beats the best rule, popularity",
        }
    },
    "catalogue": {},
    "sample": "",
    "blessed": True,
    "reasons": [],
    "decides": True,
}


def test_the_rules_have_a_table_of_their_own_and_may_refuse_a_model():
    told = report(rules=RULES)
    assert report_text(told).split("\n\n")[1].splitlines() == [
        "Simple rules, MRR with 95 % intervals over users:",
        "            search",
        "the model   0.7500 (0.625 to 0.875)",
        "popularity  0.2500 (0.125 to 0.375)",
        "Search: the model beats the best rule, popularity.",
    ]
    refused = {**RULES, "blessed": False, "reasons": ["search: the rule x beats the model", "recommendation: too few"]}
    told = report(rules=refused, outcome="not_pushed", shortfalls=SHORT[:0])
    assert outcome_lines(told) == [f"Not pushed: {'; '.join(refused['reasons'])}. {STAYS}"]
    allowed = report(rules={**refused, "decides": False}, outcome="not_pushed", shortfalls=SHORT)
    assert "the rule x" not in outcome_lines(allowed)[0]
    # A report of an earlier release, and one of a run without rules.
    assert "Simple rules" not in report_text(report()) + report_text(report(rules={}))


def test_queries_made_from_titles_have_a_table_after_the_rules():
    of_all = {"queries": 4, "precision": 0.5, "out_of_order": 0.25, "answers": 9}
    judged = {"kinds": {"misspelt": of_all}, "all": of_all, "skipped": ""}
    blocks = report_text(report(rules=RULES, judged_queries=judged)).split("\n\n")
    assert blocks[1].startswith("Simple rules") and blocks[2].startswith("Queries made from titles: ")
    assert "misspelt" in blocks[2] and "0.500" in blocks[2]
    # A report of an earlier release, and one of a model without `search`.
    assert "made from titles" not in report_text(report()) + report_text(report(judged_queries={}))


def test_of_several_models_each_is_named_and_all_must_be_pushed():
    told = report()
    told["models"]["other"] = {**MODEL, "outcome": "unchanged"}
    unchanged = "other: Unchanged: version 17 is already pushed, in /models/shop."
    assert outcome_lines(told) == ["shop: Pushed: version 17 in /models/shop.", unchanged]
    assert is_pushed(told)
    told["models"]["other"]["outcome"] = "not_pushed"
    assert not is_pushed(told)
