import pytest

from tfx_pipeline.result_texts.rules_text import refusals, rules_lines


def figures(model, rule, verdict):
    return {"model": {"mrr": model}, "rules": {"popularity": {"mrr": rule}}, "verdict": verdict}


def compared(**changes):
    feed = figures([0.25, 0.2, 0.3], [0.5, 0.45, 0.55], "recommendation: the rule popularity beats the model")
    search = figures([0.75, 0.7, 0.8], [0.125, 0.1, 0.15], "search: the model beats the best rule, popularity")
    return {
        "metric": "mrr",
        "candidates": {"recommendation": feed, "search": search},
        "catalogue": {"search": figures([0.5, 0.4, 0.6], [0.0625, 0, 0.1], "not shown")},
        "sample": "All 3 examples were ranked among all items.",
        "blessed": False,
        "reasons": [feed["verdict"]],
        "decides": True,
        **changes,
    }


def test_the_table_and_the_verdicts():
    assert rules_lines(compared()) == [
        "Simple rules, MRR with 95 % intervals over users:",
        "            search                   among all  recommendation\n"
        "the model   0.7500 (0.700 to 0.800)     0.5000  0.2500 (0.200 to 0.300)\n"
        "popularity  0.1250 (0.100 to 0.150)     0.0625  0.5000 (0.450 to 0.550)",
        "All 3 examples were ranked among all items.",
        "Search: the model beats the best rule, popularity.",
        "Recommendation: the rule popularity beats the model.",
    ]
    assert refusals(compared()) == ["recommendation: the rule popularity beats the model"]


def test_the_verdicts_are_those_of_the_figures_that_decide():
    assert rules_lines(compared(decides_among="catalogue"))[-1] == "Not shown."


def test_the_title_names_a_sasrec_that_is_no_simple_rule():
    found = compared(catalogue={})
    for each in found["candidates"].values():
        each["rules"]["sasrec"] = each["model"]
    title, rows, *_ = rules_lines(found)
    assert title == "Simple rules and SASRec, MRR with 95 % intervals over users:"
    assert [row.split()[0] for row in rows.splitlines()[1:]] == ["the", "popularity", "sasrec"]


@pytest.mark.parametrize(("blessed", "said"), [(False, True), (True, False)])
def test_what_decides_nothing_is_said_to(blessed, said):
    found = compared(decides=False, blessed=blessed)
    assert (rules_lines(found)[-1] == "evaluation.must_beat_baselines is false, so this decides nothing.") is said
    assert refusals(found) == []


def test_without_examples_there_is_no_table():
    assert rules_lines(compared(candidates={}, catalogue={})) == ["recommendation: the rule popularity beats the model"]
    assert refusals({}) == []
