import shutil

import pytest

from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs import run_removal
from tfx_pipeline.past_runs.run_record import read_records, recorded
from tfx_pipeline.past_runs.run_store import RunStore
from tfx_pipeline.training.event_logs import run_links
from tfx_pipeline.tuning import search_folders


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


@pytest.fixture
def searched(tmp_path):
    """Run 1 searches; run 2 is stopped in another search; run 3 goes on with it; run 4 takes that from the cache."""
    past = PastRuns(tmp_path / "a run")
    past.begin()
    past.first, _ = past.step("Tuner", outputs=["TunerResults", "HyperParameters"])
    past.begin()
    past.step("Tuner", "unfinished")
    past.begin()
    past.second, _ = past.step("Tuner", outputs=["TunerResults", "HyperParameters"])
    past.begin()
    past.step("Tuner", "cached", outputs=[past.second])
    for name, executions in (("first", [1]), ("second", [2, 3])):
        folder = past.root / "tuning" / name
        (folder / "Trainer" / "model_run" / "1").mkdir(parents=True)
        (folder / "trials").write_bytes(bytes(50))
        for execution in executions:
            with search_folders.searched_by(f"Tuner/tuner_results/{execution}"):
                search_folders.note(folder)
    (past.root / "tuning" / "older").mkdir()
    return past


def searches(past, *numbers):
    return [folder.name for folder in plan(past, *numbers).searches]


def test_a_search_goes_with_the_last_run_that_has_to_do_with_it(searched):
    assert searches(searched, 1) == ["first"]
    # The two artifacts, and what the search tried with the number of its execution.
    assert plan(searched, 1).freed_bytes == 2 * 100 + 50 + len("1\n")
    assert searches(searched, 2) == searches(searched, 2, 3) == searches(searched, 3, 4) == []
    # Its result is the newest of a Tuner, which the next run finds in the cache.
    assert searches(searched, 2, 3, 4) == []
    searched.begin()
    searched.step("Tuner", outputs=["TunerResults", "HyperParameters"])
    assert searches(searched, 2, 3, 4) == ["second"]
    assert searches(searched, 3, 4) == []  # Run 2 may go on with it.
    run_links.show_as(searched.root / run_links.FOLDER / "search" / "trial 01", str(_logs(searched, "first")))
    run_links.show_as(searched.root / run_links.FOLDER / "more" / "trial 01", str(_logs(searched, "second")))
    remove(searched, 1)
    # Those of before it was noted whose they are stay.
    assert sorted(path.name for path in (searched.root / "tuning").iterdir()) == ["older", "second"]
    assert [path.name for path in (searched.root / run_links.FOLDER).iterdir()] == ["more"]


def _logs(past, search):
    return past.root / "tuning" / search / "Trainer" / "model_run" / "1"


def test_a_search_of_runs_that_were_removed_goes_with_the_next(searched):
    """As where a stop between two removals left it."""
    searched.begin()
    searched.step("Tuner", outputs=["TunerResults", "HyperParameters"])
    store = RunStore(str(searched.root), writable=True)
    for number in (2, 3, 4):
        store.mark_removed(store.runs[number - 1])
    assert searches(searched, 1) == ["first", "second"]


def test_a_search_of_an_execution_that_is_no_tuner_in_the_store_stays(searched):
    """As where the store was made anew, and its numbers with it."""
    searched.begin()
    searched.step("Trainer", outputs=["Model"])
    searched.begin()
    searched.step("Tuner", outputs=["TunerResults", "HyperParameters"])
    with search_folders.searched_by("Tuner/tuner_results/5"):
        search_folders.note(searched.root / "tuning" / "first")
    assert searches(searched, 1, 5) == []
