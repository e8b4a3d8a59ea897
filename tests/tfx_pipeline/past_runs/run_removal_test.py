import shutil

import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs import run_removal
from tfx_pipeline.past_runs.run_record import read_records, recorded
from tfx_pipeline.past_runs.run_store import RunStore
from tfx_pipeline.training.event_logs import run_links


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
    return run_removal.plan(store, [store.runs[number - 1] for number in numbers])


def planned(past, *numbers):
    """The artifacts that would be removed."""
    return [artifact.id for artifact in plan(past, *numbers).artifacts]


def remove(past, number):
    run_removal.remove(RunStore(str(past.root), writable=True), plan(past, number))


def left(past):
    """The runs that are there."""
    return [run.number for run in RunStore(str(past.root)).runs if not run.is_removed]


def test_only_what_no_other_run_uses_goes_from_the_disk_and_the_store_knows(past):
    with recorded(PipelineConfig(root=str(past.root)), 0):
        pass
    removal = plan(past, 1)
    assert planned(past, 1) == [past.old_model, past.old_push]
    assert (removal.kept, removal.freed_bytes) == (1, 200)  # The examples; two files of 100 bytes.
    remove(past, 1)
    assert not past.folder(past.old_model).exists() and past.folder(past.examples).exists()
    assert (past.root / "pushed" / "shop" / "17" / "saved_model.pb").exists()  # Pushed versions are not touched.
    assert left(past) == [2, 3]
    artifacts = RunStore(str(past.root)).artifacts.values()
    assert [each.id for each in artifacts if each.is_deleted] == [past.old_model, past.old_push]
    assert read_records(str(past.root)) == {}


def test_the_names_of_removed_trainings_go_with_them(past):
    links = past.root / run_links.FOLDER
    run_links.show_as(links / "old", str(past.folder(past.old_model)))
    run_links.show_as(links / "new", str(past.folder(past.model)))
    remove(past, 1)
    assert [path.name for path in links.iterdir()] == ["new"]


def test_it_can_be_done_again_after_an_interruption(past):
    shutil.rmtree(past.folder(past.old_model))
    remove(past, 1)
    assert not past.folder(past.old_push).exists()


def test_a_run_that_took_all_from_the_cache_frees_nothing(past):
    removal = plan(past, 3)
    assert (removal.artifacts, removal.kept, removal.freed_bytes) == ((), 0, 0)
    remove(past, 3)
    assert left(past) == [1, 2]


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
    past.begin()
    past.step("Trainer", "failed")
    removal = plan(past, 2, 3)
    # Run 1's version is the newest on disk now, so what it was made of stays. So does what each component wrote when
    # it last ended well.
    assert removal.artifacts == () and removal.kept == 2


def test_what_a_failed_run_has_made_stays_where_it_is_the_newest_of_its_kind(past):
    past.begin()
    (examples,) = past.step("ExampleGen", outputs=["Examples"])
    past.step("Trainer", "failed", inputs=[examples])
    assert planned(past, 4) == []
    past.begin()
    past.step("ExampleGen", "cached", outputs=[past.examples])
    assert planned(past, 4) == [examples]


def test_runs_that_are_removed_already_keep_nothing(past):
    past.begin()
    past.step("Evaluator", inputs=[past.old_model], outputs=["ModelEvaluation"])
    assert planned(past, 1) == [past.old_push]
    remove(past, 4)
    assert planned(past, 1) == [past.old_model, past.old_push]


def test_files_of_the_user_that_an_artifact_points_to_are_left_alone(past, tmp_path):
    (tmp_path / "schema.pbtxt").write_text("mine")
    (artifact,) = past.store.get_artifacts_by_id([past.old_model])
    artifact.uri = str(tmp_path / "schema.pbtxt")
    past.store.put_artifacts([artifact])
    assert planned(past, 1) == [past.old_push]
