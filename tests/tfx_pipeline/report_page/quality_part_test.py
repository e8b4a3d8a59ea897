import pytest

from tests.support.finished_runs import evaluated, report
from tests.support.html_tables import table_rows
from tfx_pipeline.report_page.quality_part import difference, figure, quality_parts, surfaces_of


def parts(**changes):
    return quality_parts(report(**changes)["models"]["shop"])


def test_each_metric_stands_beside_what_it_is_compared_with():
    assert table_rows(parts(), "Metrics")[:3] == [
        ["surface", "metric", "model", "baseline", "difference", "popularity", "difference", "among all items"],
        ["search", "HR@1", "0.5000", "0.3750", "+0.1250", "0.0312", "+0.4688", "0.2500"],
        ["search", "NDCG@5", "0.5000", "0.3750", "+0.1250", "0.0312", "+0.4688", "0.2500"],
    ]
    assert len(table_rows(parts(), "Metrics")) == 1 + 2 * 3
    assert "Baseline: last blessed version 12." in parts()


def test_intervals_stand_beside_the_model_and_the_page_says_what_decides():
    html = quality_parts(evaluated())
    assert [row[:5] for row in table_rows(html, "Metrics")[:2]] == [
        ["surface", "metric", "model", "95 % interval", "baseline"],
        ["search", "HR@1", "0.5000", "0.438 to 0.562", "0.3750"],
    ]
    assert table_rows(html, "Metrics")[4][:4] == ["recommendation", "HR@1", "0.2500", ""]
    assert (
        "What decides is NDCG@5: against the baseline among the candidates, and against the best simple rule among the "
        "candidates. Figures among all items decide nothing (evaluation.decides_among)."
    ) in html


def test_scores_and_lists_are_tables_where_they_were_measured():
    html = quality_parts(evaluated())
    assert table_rows(html, "Scores")[1] == [
        *("search", "0.7500", "0.0625", "0.0312", "2.0000", "0.0312", "0.0078"),
    ]
    assert table_rows(html, "Calibration by score")[1:] == [
        ["search", "1,500", "0.0312", "0.0625", "2.00"],
        ["search", "500", "0.2500", "0.1250", "0.50"],
    ]
    # Without attributes there is no diversity.
    assert table_rows(html, "What is served") == [
        ["surface", "lists", "coverage", "Gini", "popularity", "of the wanted", "novelty, bits"],
        ["search", "1,200", "0.5000", "0.7500", "44.0", "30.5", "10.2"],
    ]
    assert not [title for title in ("Scores", "What is served", "Slices") if f"<h3>{title}" in parts()]


def test_a_baseline_that_is_popularity_stands_once():
    metrics = report()["models"]["shop"]["metrics"]
    html = parts(metrics={**metrics, "popularity": metrics["baseline"]}, whole_catalogue={})
    assert table_rows(html, "Metrics")[0] == ["surface", "metric", "model", "baseline", "difference"]


def test_rules_stand_from_the_best_to_the_worst_with_intervals_and_differences():
    assert table_rows(parts(), "Simple rules, search") == [
        ["search", *["among candidates", "95 % interval", "model is ahead by"], "among all items", "95 % interval"]
        + ["model is ahead by"],
        ["the model", "0.5000", "0.480 to 0.520", "", "0.2500", "0.230 to 0.270", ""],
        ["item_neighbours", "0.2500", "0.230 to 0.270", "+0.2500", "0.1250", "0.105 to 0.145", "+0.1250"],
        ["popularity", "0.0312", "0.011 to 0.051", "+0.4688", "0.0156", "-0.004 to 0.036", "+0.2344"],
    ]
    # The feed was not compared among all items.
    assert table_rows(parts(), "Simple rules, recommendation")[0][1:] == ["among candidates", "95 % interval"] + [
        "model is ahead by"
    ]
    assert (
        table_rows(parts(), "All metrics, search, among candidates")[1]
        == ["the model"] + ["0.5000 (0.480 to 0.520)"] * 3
    )
    assert parts().count("<svg") == 3
    assert "Beside simple rules: NDCG@5, with 95 % intervals over users" in parts()


def test_the_verdicts_are_those_of_the_figures_that_decide():
    rules = report()["models"]["shop"]["rules"] | {"decides_among": "catalogue"}
    rules["catalogue"]["search"]["verdict"] = "among all"
    html = parts(rules=rules)
    assert "<p>Among all.</p>" in html and "The model against item_neighbours." not in html


def test_the_title_names_a_sasrec_that_is_no_simple_rule():
    rules = report()["models"]["shop"]["rules"]
    for figures in rules["candidates"].values():
        figures["rules"]["sasrec"] = figures["model"]
    html = parts(rules=rules)
    assert "Beside simple rules and SASRec: NDCG@5" in html
    # Among all items it was not compared.
    row = next(row for row in table_rows(html, "Simple rules, search") if row[0] == "sasrec")
    assert row[1:] == ["0.5000", "0.480 to 0.520", "+0.0000", "", "", ""]


@pytest.mark.parametrize("rules", [{}, None])
def test_without_a_comparison_there_is_nothing_of_it(rules):
    assert "simple rules" not in parts(rules=rules)


def test_rules_that_decide_nothing_are_said_to():
    rules = report()["models"]["shop"]["rules"] | {"decides": False, "blessed": False, "reasons": ["a rule is better"]}
    html = parts(rules=rules)
    assert "evaluation.must_beat_baselines is false, so this decides nothing." in html
    assert table_rows(html, "Gates")[2] == ["Better than simple rules", "decides nothing", "a rule is better"]


def test_gates_say_why():
    shortfalls = [{"surface": "search", "metric": "ndcg_at_5", "value": 0.412, "needed": 0.431}]
    html = parts(blessed=False, shortfalls=shortfalls, servable=False, servability_reasons=["rank: too slow"])
    lacks = "NDCG@5 in search 0.4120, needed 0.4310, 0.0190 more (last blessed version 12)"
    assert table_rows(html, "Gates")[1:] == [
        ["Better than the baseline", "no", lacks],
        ["Better than simple rules", "yes", "better than the best of them on each surface"],
        ["Answers well when it is served", "no", "rank: too slow"],
    ]
    told = "2.5 MB; a median `rank` request over REST 7.2 ms; over gRPC 3.0 ms"
    assert table_rows(parts(), "Gates")[3] == ["Answers well when it is served", "yes", told]


def test_judged_queries_are_a_table_or_say_why_not():
    figures = {"queries": 8, "precision": 0.5, "out_of_order": None, "answers": 99.6}
    html = parts(judged_queries={"skipped": "", "kinds": {"misspelt": figures}, "all": figures})
    assert table_rows(html, "Queries made from titles")[1:] == [
        ["misspelt", "8", "0.500", "", "100"],
        ["all that have a right item", "8", "0.500", "", "100"],
    ]
    assert "Search was not judged: no titles." in parts(judged_queries={"skipped": "no titles"})


def test_texts_of_the_report_are_escaped():
    rules = report()["models"]["shop"]["rules"]
    rules["candidates"]["search"]["rules"]["<script>"] = rules["candidates"]["search"]["rules"]["popularity"]
    rules["catalogue"] = {}
    evil = "<script>"
    html = parts(rules=rules, baseline=evil, servable=False, servability_reasons=[evil], among_which=evil)
    assert evil not in html and html.count("&lt;script&gt;") > 4


def test_figures_that_were_not_measured_are_empty():
    assert (figure(None), figure(0.25)) == ("", "0.2500")
    assert (difference(None, 1), difference(0.5, None), difference(0.25, 0.5)) == ("", "", "-0.2500")
    assert surfaces_of({"overall": {}}) == ["overall"]
    assert surfaces_of({"overall": {}, "recommendation": {}, "search": {}}) == ["search", "recommendation"]


def test_calibrated_scores_stand_beside_what_they_were():
    model = evaluated()
    search = model["rules"]["candidates"]["search"]
    search |= {"uncalibrated_scores": search["scores"], "candidates_per_click": 20.0}
    html = quality_parts(model)
    assert "search, before calibration" in html and "in search one in 20 candidates is clicked" in html
