import pytest

from tests.support.finished_runs import SLICES, evaluated, report
from tfx_pipeline.result_texts.evaluation_text import evaluation_lines, interval_of, slice_lines, what_decides
from tfx_pipeline.result_texts.report_text import report_text

BEFORE = report()["models"]["shop"]
"""What an earlier release said of a model."""


def test_scores_lists_and_slices():
    scores, of_scores, lists, of_lists, behind = evaluation_lines(evaluated())
    assert scores.splitlines() == [
        "scores     AUC  log loss  calibration error  observed / predicted  log loss, shifted  error, shifted",
        "search  0.7500    0.0625             0.0312                2.0000             0.0312          0.0078",
    ]
    assert of_scores.startswith("Scores among the candidates. Shifted: ")
    assert lists.splitlines() == [
        "first 10 served  lists  coverage    Gini  popularity  of the wanted  novelty, bits",
        "search           1,200    0.5000  0.7500        44.0           30.5           10.2",
    ]
    assert of_lists.endswith("They decide nothing.")
    assert behind == (
        "Behind the best rule in search, is the wanted item in the history: yes (-0.2500, 95 % interval -0.3750 to "
        "-0.1250; 1,010 examples of 12 users)."
    )
    assert evaluation_lines(BEFORE) == []


def test_calibrated_scores_stand_below_what_they_were_and_it_is_said_of_how_many_candidates_one_is_clicked():
    model = evaluated()
    search = model["rules"]["candidates"]["search"]
    search |= {"uncalibrated_scores": {**search["scores"], "log_loss": 0.5}, "candidates_per_click": 1250.0}
    scores, told = evaluation_lines(model)[:2]
    rows = scores.splitlines()[1:]
    assert [row.split("  ")[0] for row in rows] == ["search, before calibration", "search"]
    assert "0.5000" in rows[0] and "0.0625" in rows[1]
    assert told.endswith("so that in search one in 1,250 candidates is clicked.")
    search["candidates_per_click"] = None
    assert evaluation_lines(model)[1].endswith("so that in search one in those that are given is clicked.")


def test_of_many_slices_the_worst_are_told():
    slices = [{**SLICES[1], "part": f"{place}", "difference": [-place / 10, -0.9, -0.01]} for place in range(1, 8)]
    lines = slice_lines({"candidates": {"search": {"slices": slices}}})
    assert [line.split("(")[1][:7] for line in lines[:-1]] == ["-0.7000", "-0.6000", "-0.5000", "-0.4000", "-0.3000"]
    assert lines[-1] == "Slices behind the best rule beside these: 2; `tandem report` has all."


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({}, "the best simple rule among the candidates. Figures among all items decide nothing"),
        ({"decides_among": "catalogue"}, "and against the best simple rule among all items."),
        ({"decides": False}, "What decides is NDCG@5: against the baseline among the candidates. Figures"),
    ],
)
def test_it_is_said_which_figures_decide(rules, told):
    model = evaluated()
    model["rules"] |= rules
    assert told in what_decides(model)
    assert ("decide nothing" in what_decides(model)) is ("decide nothing" in told or told.endswith("Figures"))


def test_without_rules_or_without_all_items_there_is_less_to_say():
    assert what_decides({**BEFORE, "rules": {}}) == "Figures among all items decide nothing."
    assert what_decides({**BEFORE, "rules": {}, "whole_catalogue": {}}) == ""
    assert "all items" not in what_decides({**BEFORE, "whole_catalogue": {}})


def test_intervals_have_a_column_in_the_report_of_a_run():
    assert interval_of(evaluated(), "search", "mrr") == "0.438 to 0.562" and interval_of(BEFORE, "search", "mrr") == ""
    lines = report_text({**report(), "models": {"shop": evaluated()}}).splitlines()
    header = next(line for line in lines if line.startswith("surface "))
    assert "  model  95 % interval   baseline" in header
    search = next(line for line in lines if line.startswith("search "))
    assert search.split()[1:6] == ["HR@1", "0.5000", "0.438", "to", "0.562"]
    assert any(line.startswith("What decides is NDCG@5") for line in lines)
