import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.past_runs.run_record import RunRecord
from tfx_pipeline.past_runs.run_store import RunStore
from tfx_pipeline.past_runs.run_summary import record_key, summarize
from tfx_pipeline.result_texts.runs_text import outcome_text

METRICS = {"overall": {"mrr": 0.3}, "search": {"mrr": 0.4}}


@pytest.fixture
def past(tmp_path):
    """A run that trains a model."""
    past = PastRuns(tmp_path / "run")
    past.begin()
    past.step("Transform")
    (past.model,) = past.step("Trainer", outputs=["Model"])
    return past


def report(**model):
    shop = {"metrics": {"model": METRICS}, "shortfalls": [], "servability_reasons": [], **model}
    return {"models": {"shop": shop}}


def summary(past, record=None):
    store = RunStore(str(past.root))
    run = store.runs[-1]
    return summarize(store, run, {record_key(run): record} if record else {})


def told(past, record=None):
    """How the last run ended, in the words of `tandem runs`."""
    return outcome_text(summary(past, record))


def test_a_pushed_run_has_its_version_and_the_metrics_of_the_surfaces(past):
    past.push(past.model, "17")
    found = summary(past, RunRecord({}, report()))
    assert outcome_text(found) == "pushed version 17"
    assert found.versions == {"shop": str(past.root / "pushed" / "shop" / "17")}
    assert found.metrics == {"search": {"mrr": 0.4}}


@pytest.mark.parametrize("is_cached", [True, False])
def test_a_pusher_that_finds_its_model_pushed_changes_nothing(past, is_cached):
    first = past.push(past.model, "17")
    past.begin()
    if is_cached:
        past.step("Pusher", "cached", inputs=[past.model], outputs=[first])
    else:
        (again,) = past.step("Pusher", inputs=[past.model], outputs=["PushedModel"])
        past.say(again, **RunStore(str(past.root)).artifacts[first].properties)
    assert told(past) == "unchanged, version 17"


def test_what_was_not_pushed_lacks_what_the_report_says(past):
    past.step("Pusher", outputs=["PushedModel"])
    shortfall = {"surface": "search", "metric": "ndcg_at_5", "value": 0.412, "needed": 0.431}
    record = RunRecord({}, report(shortfalls=[shortfall], servability_reasons=["rank: too slow"]))
    why = "ndcg_at_5 in search 0.4120, needed 0.4310; not servable: rank: too slow"
    assert told(past, record) == f"not pushed: {why}"
    assert told(past) == "not pushed: no report was kept"
    assert told(past, RunRecord({}, report(rolled_back="18"))) == "not pushed: rolled back as version 18"
    unmeasured = RunRecord({}, report(shortfalls=[{**shortfall, "value": None}]))
    assert told(past, unmeasured) == "not pushed: ndcg_at_5 in search could not be measured"


@pytest.mark.parametrize(("decides", "why"), [(True, "not pushed: a rule is better; too few"), (False, "not pushed: ")])
def test_rules_that_decide_are_a_reason(past, decides, why):
    past.step("Pusher", outputs=["PushedModel"])
    rules = {"decides": decides, "reasons": ["a rule is better", "too few"]}
    assert told(past, RunRecord({}, report(rules=rules))) == why
    assert told(past, RunRecord({}, report(rules={}))) == "not pushed: "


def test_of_two_models_the_worse_outcome_counts_and_is_named(past):
    past.push(past.model, "17")
    past.step("SearchPusher", outputs=["PushedModel"])
    both = report()
    both["models"]["shop_search"] = {**both["models"]["shop"], "servability_reasons": ["rank: too slow"]}
    assert told(past, RunRecord({}, both)) == "not pushed: shop_search: not servable: rank: too slow"


@pytest.mark.parametrize(
    ("state", "record", "expected"),
    [
        ("failed", None, "failed in Trainer"),
        ("failed", RunRecord({}, error="no memory"), "failed in Trainer: no memory"),
        ("unfinished", None, "interrupted in Trainer"),
        ("unfinished", RunRecord({}), "interrupted in Trainer"),
        ("unfinished", RunRecord({}, is_locked=True), "running in Trainer"),
        ("ran", RunRecord({}), "interrupted after Trainer"),
        ("ran", RunRecord({}, error="disk full"), "failed after Trainer: disk full"),
        ("ran", None, "trained: nothing was to be pushed"),
    ],
)
def test_what_did_not_come_to_a_push(state, record, expected, past):
    past.begin()
    past.step("Transform")
    past.step("Trainer", state)
    assert told(past, record) == expected


def test_the_record_of_another_run_is_not_taken_for_its_own(past):
    past.begin()
    past.step("Trainer", outputs=["Model"])
    store = RunStore(str(past.root))
    first, second = store.runs
    assert (record_key(first), record_key(second)) == (0, 2)
    assert summarize(store, second, {0: RunRecord({}, report())}).metrics == {}
