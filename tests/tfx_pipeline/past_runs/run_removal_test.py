import shutil

import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs import run_removal
from tfx_pipeline.past_runs.run_record import read_records, recorded
from tfx_pipeline.past_runs.run_store import RunStore


@pytest.fixture
def past(tmp_path):
    """Run 1 trains and pushes; run 2 trains anew on its examples and pushes; run 3 takes all that from the cache."""
    past = PastRuns(tmp_path / "run")
    past.begin()
    (past.examples,) = past.step("ExampleGen", outputs=["Examples"])
    (past.old_model,) = past.step("Trainer", inputs=[past.examples], outputs=["Model"])
    past.old_push = past.push(past.old_model, "17")
    past.begin()
    past.step("ExampleGen", "cached", outputs=[past.examples])
    (past.model,) = past.step("Trainer", inputs=[past.examples], outputs=["Model"])
    past.new_push = past.push(past.model, "18")
    past.begin()
    past.step("ExampleGen", "cached", outputs=[past.examples])
    past.step("Trainer", "cached", inputs=[past.examples], outputs=[past.model])
    past.step("Pusher", "cached", inputs=[past.model], outputs=[past.new_push])
    return past


def plan(past, *numbers):
    store = RunStore(str(past.root), writable=True)
    return store, run_removal.plan(store, [store.runs[number - 1] for number in numbers])


def ids(removal):
    return [artifact.id for artifact in removal.artifacts]


def test_only_what_no_other_run_uses_goes(past):
    _, removal = plan(past, 1)
    assert ids(removal) == [past.old_model, past.old_push]
    assert (removal.kept, removal.freed_bytes) == (1, 200)  # The examples; two files of 100 bytes.


def test_it_goes_from_the_disk_and_the_store_knows(past):
    with recorded(PipelineConfig(root=str(past.root)), 0):
        pass
    store, removal = plan(past, 1)
    run_removal.remove(store, removal)
    assert not past.folder(past.old_model).exists() and past.folder(past.examples).exists()
    assert (past.root / "pushed" / "shop" / "17" / "saved_model.pb").exists()  # Pushed versions are not touched.
    again = RunStore(str(past.root))
    assert [run.number for run in again.runs if not run.is_removed] == [2, 3]
    assert [each.id for each in again.artifacts.values() if each.is_deleted] == [past.old_model, past.old_push]
    assert read_records(str(past.root)) == {}


def test_it_can_be_done_again_after_an_interruption(past):
    store, removal = plan(past, 1)
    shutil.rmtree(past.folder(past.old_model))
    run_removal.remove(store, removal)
    assert not past.folder(past.old_push).exists()


def test_a_run_that_took_all_from_the_cache_frees_nothing(past):
    store, removal = plan(past, 3)
    assert ids(removal) == [] and removal.kept == 0 and removal.freed_bytes == 0
    run_removal.remove(store, removal)
    assert [run.number for run in RunStore(str(past.root)).runs if not run.is_removed] == [1, 2]


def test_the_run_that_pushed_what_is_served_stays(past):
    with pytest.raises(run_removal.RemovalRefused) as refused:
        plan(past, 2)
    assert str(refused.value) == (
        f"run 2 pushed {past.root}/pushed/shop/18, which is the newest version and served. Remove the run once a later "
        "one has pushed another."
    )


def test_what_led_to_the_first_push_of_the_served_version_stays_too(past):
    past.begin()
    (anew,) = past.step("Pusher", inputs=[past.model], outputs=["PushedModel"])
    properties = RunStore(str(past.root)).artifacts[past.new_push].properties
    past.say(anew, **properties)
    with pytest.raises(run_removal.RemovalRefused, match="run 2 pushed "):
        plan(past, 2)


def test_once_the_version_is_gone_its_run_may_go_but_for_the_newest_of_the_cache(past):
    shutil.rmtree(past.root / "pushed" / "shop" / "18")
    _, removal = plan(past, 2, 3)
    # Run 1 is newest now on disk, and what its version was made of stays; so does the newest output of each component.
    assert ids(removal) == [] and removal.kept == 2


def test_what_a_failed_run_has_made_stays_where_it_is_the_newest_of_its_kind(past):
    past.begin()
    (examples,) = past.step("ExampleGen", outputs=["Examples"])
    past.step("Trainer", "failed", inputs=[examples])
    assert ids(plan(past, 4)[1]) == []
    past.begin()
    past.step("ExampleGen", "cached", outputs=[past.examples])
    assert ids(plan(past, 4)[1]) == [examples]


def test_runs_that_are_removed_already_keep_nothing(past):
    past.begin()
    past.step("Evaluator", inputs=[past.old_model], outputs=["ModelEvaluation"])
    assert ids(plan(past, 1)[1]) == [past.old_push]
    store, removal = plan(past, 4)
    run_removal.remove(store, removal)
    assert ids(plan(past, 1)[1]) == [past.old_model, past.old_push]


def test_files_of_the_user_that_an_artifact_points_to_are_left_alone(past, tmp_path):
    (tmp_path / "schema.pbtxt").write_text("mine")
    (artifact,) = past.store.get_artifacts_by_id([past.old_model])
    artifact.uri = str(tmp_path / "schema.pbtxt")
    past.store.put_artifacts([artifact])
    assert ids(plan(past, 1)[1]) == [past.old_push]
