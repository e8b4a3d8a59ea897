import subprocess
import sys

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
    assert [(step.component, step.state) for step in first.steps] == [
        ("BehaviourExampleGen", "ran"),
        ("Trainer", "ran"),
    ]
    assert [step.state for step in second.steps] == ["cached", "failed"]
    assert first.steps[1].inputs == (("examples", past.examples),)
    assert first.steps[1].outputs == (("model", past.model),)
    assert json_property(first.steps[0], "data_config") == {"events": "a.tsv"}
    assert json_property(first.steps[1], "data_config") == {}
    assert first.seconds == (first.steps[1].ended_ms - first.steps[0].began_ms) / 1000


def test_steps_of_a_component_are_those_of_all_models(past):
    past.begin()
    past.step("SearchPusher")
    past.step("RecommendationPusher")
    past.step("Trainer")
    run = RunStore(str(past.root)).runs[-1]
    assert [step.component for step in run.steps_of("Pusher")] == ["SearchPusher", "RecommendationPusher"]


def test_what_came_from_the_cache_was_written_by_the_first(past):
    store = RunStore(str(past.root))
    run, step = store.producers[past.examples]
    assert (run.number, step.component) == (1, "BehaviourExampleGen")


def test_ancestors_go_back_to_the_logs_over_all_runs(past):
    past.begin()
    (another,) = past.step("Trainer", inputs=[past.examples], outputs=["Model"])
    (both,) = past.step("RetrieveThenRank", inputs=[past.model, another], outputs=["Model"])
    assert RunStore(str(past.root)).ancestors([both]) == [past.examples, past.model, another, both]


def test_what_is_marked_is_seen_by_the_next(past):
    store = RunStore(str(past.root), writable=True)
    store.mark_deleted([past.model])
    store.mark_removed(store.runs[1])
    again = RunStore(str(past.root))
    assert [each.id for each in again.artifacts.values() if each.is_deleted] == [past.model]
    assert [run.is_removed for run in again.runs] == [False, True]


def test_a_run_that_has_begun_nothing_is_none(past):
    past.begin()
    assert len(RunStore(str(past.root)).runs) == 2


def test_neither_tfx_nor_tensorflow_is_imported():
    code = (
        "import sys; from tfx_pipeline.past_runs import run_removal, run_summary\n"
        "print({'tensorflow', 'tfx', 'keras', 'tensorflow_model_analysis'} & sys.modules.keys())"
    )
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
