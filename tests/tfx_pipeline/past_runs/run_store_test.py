import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.past_runs.run_store import RunStore, json_property


@pytest.fixture
def past(tmp_path):
    past = PastRuns(tmp_path / "run")
    past.begin()
    (past.examples,) = past.step("BehaviourExampleGen", outputs=["Examples"], data_config='{"events": "a.tsv"}')
    (past.model,) = past.step("Trainer", inputs=[past.examples], outputs=["Model"])
    past.begin()
    past.step("BehaviourExampleGen", "cached", outputs=[past.examples])
    past.step("Trainer", "failed", inputs=[past.examples])
    return past


def test_runs_have_numbers_steps_and_states(past):
    first, second = RunStore(str(past.root)).runs
    assert (first.number, first.id) == (1, "2026-01-02T03:04:05")
    assert (second.number, second.id) == (2, "2026-01-03T03:04:05")
    assert [step.component for step in first.steps] == ["BehaviourExampleGen", "Trainer"]
    assert [[step.state for step in run.steps] for run in (first, second)] == [["ran", "ran"], ["cached", "failed"]]
    assert first.steps[1].inputs == (("examples", past.examples),)
    assert first.steps[1].outputs == (("model", past.model),)
    assert json_property(first.steps[0], "data_config") == {"events": "a.tsv"}
    assert json_property(first.steps[1], "data_config") == {}
    assert first.seconds == (first.steps[1].ended_ms - first.steps[0].began_ms) / 1000


def test_ancestors_go_back_to_the_logs_over_all_runs(past):
    past.begin()
    (another,) = past.step("Trainer", inputs=[past.examples], outputs=["Model"])
    (both,) = past.step("RetrieveThenRank", inputs=[past.model, another], outputs=["Model"])
    store = RunStore(str(past.root))
    assert store.ancestors([both]) == [past.examples, past.model, another, both]
    # What later runs took from the cache was written by the first.
    run, step = store.producers[past.examples]
    assert (run.number, step.component) == (1, "BehaviourExampleGen")


def test_a_run_that_has_begun_nothing_is_none(past):
    past.begin()
    assert len(RunStore(str(past.root)).runs) == 2
