"""Eight days, each with a run that trains and pushes, and what of them has to stay."""

import logging
import shutil

import pytest

from components.pusher.rolled_back import roll_back
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.retention_config import RetentionConfig
from tfx_pipeline.config.training_config import FineTuningConfig
from tfx_pipeline.past_runs import being_removed, retention, run_removal
from tfx_pipeline.past_runs.run_record import read_records, recorded
from tfx_pipeline.past_runs.run_store import RunStore

DAYS = 8
FIRST = 101
"""The version of the first day; each day has the next number."""


class Days:
    """A root with a run a day. Version 101 had to beat popularity, and each other one the version before.

    Attributes:
        made: The artifacts that each day's run wrote: by day, from 1 on, a mapping of component to ids.
    """

    def __init__(self, root, made=()):
        self.past = PastRuns(root)
        self.root, self.made = self.past.root, dict(made)

    def config(self, versions=0, runs=0, pinned=(), **settings):
        kept = RetentionConfig(versions=versions, runs=runs, pinned=pinned)
        return PipelineConfig(name="shop", root=str(self.root), retention=kept, **settings)

    def recorded(self, **settings):
        runs = RunStore(str(self.root)).runs
        return recorded(self.config(**settings), runs[-1].steps[-1].id if runs else 0)

    def run(self, day, catalog=None, ends_well=True, pushes=True):
        """Adds a day's run; it takes the catalogue of another day from the cache, if one is given."""
        past = self.past
        with self.recorded() as record:
            past.begin()
            (items,) = past.step("ItemCatalog", "cached" if catalog else "ran", outputs=[catalog or "Catalog"])
            (examples,) = past.step("BehaviourExampleGen", inputs=[items], outputs=["Examples"])
            if not ends_well:
                past.step("Trainer", "failed", inputs=[examples])
                return
            (model,) = past.step("Trainer", inputs=[examples], outputs=["Model"])
            (baseline,) = past.step("BaselineModel", inputs=[examples], outputs=["Baseline"])
            before = str(FIRST + day - 2) if day > 1 else ""
            past.say(baseline, version=before, source=f"last version {before}" if before else "popularity of 9 items")
            judged = past.step(
                "Evaluator", inputs=[model, ("baseline_model", baseline)], outputs=["ModelEvaluation", "ModelBlessing"]
            )
            blessing = ("model_blessing", judged[1])
            if pushes:
                push = past.push(blessing, str(FIRST + day - 1))
            else:
                (push,) = past.step("Pusher", inputs=[blessing], outputs=["PushedModel"])
            record.report = {"models": {}}
        self.made[day] = {"items": items, "examples": examples, "model": model, "judged": judged, "push": push}

    def plan(self, **kept):
        return retention.plan(self.config(**kept), RunStore(str(self.root), writable=True))

    def clean(self, **kept):
        store = RunStore(str(self.root), writable=True)
        outdated = retention.plan(self.config(**kept), store)
        retention.remove(store, outdated)
        return outdated

    def removed(self, **kept):
        """The artifacts that would go."""
        return {artifact.id for artifact in self.plan(**kept).artifacts.artifacts}

    def versions(self):
        folder = self.root / "pushed" / "shop"
        return sorted(path.name for path in folder.iterdir() if path.name.isdecimal())


@pytest.fixture(scope="module")
def eight_days(tmp_path_factory):
    """The root, a copy of it, and what was made. Artifacts are known by their paths, so tests share one root."""
    days = Days(tmp_path_factory.mktemp("daily") / "a shop")
    for day in range(1, DAYS + 1):
        days.run(day)
    kept = tmp_path_factory.mktemp("kept") / "root"
    shutil.copytree(days.root, kept)
    return days.root, kept, days.made


@pytest.fixture
def days(eight_days):
    root, kept, made = eight_days
    shutil.rmtree(root)
    shutil.copytree(kept, root)
    return Days(root, made)


def test_by_default_nothing_goes(days):
    assert days.plan().is_nothing and days.plan().freed_bytes == 0


def test_the_newest_versions_and_runs_stay_and_the_rest_goes(days):
    outdated = days.clean(versions=3, runs=2)
    assert days.versions() == ["106", "107", "108"]
    (versions,) = outdated.versions
    assert versions.removed == ("105", "104", "103", "102", "101")
    # Runs 7 and 8 keep all, and 6 what its version was made of. Of the first, the comparison with popularity stays:
    # of its 7 artifacts go the catalogue, the examples, the model, the baseline and the push.
    gone = {artifact.id for artifact in outdated.artifacts.artifacts}
    assert {days.made[day]["model"] for day in (1, 2, 3, 4, 5)} <= gone
    assert not gone & {days.made[day][name] for day in (6, 7, 8) for name in ("items", "examples", "model", "push")}
    assert not gone & set(days.made[1]["judged"])
    assert len(gone) == 5 + 4 * 7 + 1  # Of run 6 its ModelEvaluation, of which no version is made.
    assert outdated.freed_bytes == len(gone) * 100 + 5 * len(b"graph")
    for artifact in outdated.artifacts.artifacts:
        assert not days.past.folder(artifact.id).exists()
    left = RunStore(str(days.root)).artifacts.values()
    assert {each.id for each in left if each.is_deleted} == gone


def test_what_was_removed_is_told_with_its_bytes(days):
    assert retention.told_of(days.plan(versions=3, runs=2), "Removed") == [
        f"Removed 5 versions of {days.root}/pushed/shop: 105, 104, 103, 102, 101; 25 bytes.",
        "Removed 34 artifacts of runs before 7; 3,400 bytes. 8 of theirs stay, because something needs them.",
    ]


def test_older_runs_stay_in_the_list_with_their_reports(days):
    days.clean(versions=2, runs=1)
    assert [run.number for run in RunStore(str(days.root)).runs if not run.is_removed] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(read_records(str(days.root))) == DAYS


def test_the_second_time_nothing_is_left_to_remove(days):
    days.clean(versions=3, runs=2)
    assert days.plan(versions=3, runs=2).is_nothing


def test_the_version_that_was_rolled_back_to_stays_with_what_it_was_made_of(days):
    folder = str(days.root / "pushed" / "shop")
    roll_back(folder, "103")
    days.clean(versions=2, runs=1)
    assert days.versions() == ["102", "103"]
    # What was rolled back can be brought back, and be indexed then: its training stays, too.
    kept = {days.made[day]["model"] for day in (2, 3, 4, 5, 6, 7, 8)}
    assert not any(RunStore(str(days.root)).artifacts[each].is_deleted for each in kept)
    roll_back(folder, "106")
    assert days.versions() == ["102", "103", "106"]


def test_the_version_that_the_served_one_had_to_beat_stays_however_old_it_is(days):
    (version,) = days.past.store.get_artifacts_by_type("Baseline")[-1:]
    days.past.say(version.id, version="102")
    days.clean(versions=2, runs=1)
    assert days.versions() == ["102", "107", "108"]


def test_pinned_versions_stay_with_what_they_were_made_of(days):
    days.clean(versions=2, runs=1, pinned=(104,))
    assert days.versions() == ["104", "107", "108"]
    assert days.past.folder(days.made[4]["model"]).exists() and not days.past.folder(days.made[3]["model"]).exists()


def test_what_a_kept_version_was_made_of_stays_in_any_run(days):
    """With all versions kept, only what led to none goes: the evaluations of the runs between."""
    gone = days.removed(runs=1)
    assert gone == {days.made[day]["judged"][0] for day in range(2, DAYS)}


def test_what_the_newest_runs_took_from_the_cache_stays(days):
    days.run(9, catalog=days.made[1]["items"])
    gone = days.removed(versions=2, runs=1)
    assert days.made[1]["items"] not in gone and days.made[1]["examples"] in gone


def test_runs_that_failed_do_not_count_and_those_since_the_oldest_kept_stay_whole(days):
    days.run(9, ends_well=False)
    days.run(10, ends_well=False)
    assert days.removed(versions=2, runs=2) == {
        artifact for artifact in days.removed(versions=2, runs=2) if artifact < days.made[7]["items"]
    }
    # A failed run before them goes with the others, but for the newest of its kind.
    days.run(11)
    days.run(12)
    store = RunStore(str(days.root))
    failed = {each for run in store.runs[8:10] for step in run.steps for _, each in step.outputs}
    assert failed <= days.removed(versions=2, runs=2)


def test_trainings_of_an_experiment_and_searches_stay(days):
    """No run of `tandem run` made them, so that `tandem experiment` finds them in the cache however late it goes on."""
    past = days.past
    past.begin()
    (model,) = past.step("Trainer", inputs=[days.made[2]["examples"]], outputs=["Model"])
    for day in (9, 10, 11):
        days.run(day)
    gone = days.removed(versions=2, runs=1)
    assert model not in gone and days.made[2]["examples"] not in gone and days.made[2]["model"] in gone


def test_the_newest_result_of_each_component_stays(days):
    past = days.past
    with days.recorded() as record:
        past.begin()
        (searched,) = past.step("Tuner", outputs=["TunerResults"])
        record.report = {"models": {}}
    days.run(9)
    days.run(10)
    assert searched not in days.removed(versions=2, runs=1)


def test_what_the_last_push_was_made_of_stays_even_if_its_folder_is_not_there(days):
    """As where the disk of the versions is not mounted."""
    shutil.rmtree(days.root / "pushed")
    days.run(9, pushes=False)
    gone = days.removed(runs=1)
    assert days.made[8]["model"] not in gone and days.made[7]["model"] in gone


def test_versions_below_a_relative_folder_are_found_from_anywhere(days, tmp_path, monkeypatch):
    """`push_to: models` means the folder in which the run was called."""
    monkeypatch.chdir(tmp_path)
    shutil.move(days.root / "pushed" / "shop", tmp_path / "models")
    for day in range(1, DAYS + 1):
        days.past.say(days.made[day]["push"], pushed_destination=f"models/{FIRST + day - 1}")
    for record in (days.root / "reports").glob("*.json"):
        record.write_text(record.read_text().replace('"directory": "', f'"directory": "{tmp_path}", "was": "'))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert days.removed(runs=1) == {days.made[day]["judged"][0] for day in range(2, DAYS)}


def test_a_removal_that_was_stopped_leaves_nothing_half_and_is_ended_by_the_next(days, monkeypatch):
    rmtree, stops = shutil.rmtree, iter([False] * 7 + [True])

    def stopped(path, *arguments):
        if next(stops, False):
            raise KeyboardInterrupt
        rmtree(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(being_removed.shutil, "rmtree", stopped)
        with pytest.raises(KeyboardInterrupt):
            days.clean(versions=3, runs=2)
    (left,) = days.root.rglob("being_removed-*")
    whole = [
        days.past.folder(each.id) for each in days.past.store.get_artifacts() if days.past.folder(each.id).exists()
    ]
    assert all((folder / "data").exists() for folder in whole)
    days.clean(versions=3, runs=2)
    assert not left.exists() and not list(days.root.rglob("being_removed-*"))
    assert days.versions() == ["106", "107", "108"] and days.plan(versions=3, runs=2).is_nothing


def test_checkpoints_statistics_and_pages_are_no_artifacts_and_stay(days):
    for name in ("checkpoints/ab/state", "passed_statistics/1/stats", "reports/run_1.html", "last_run.json"):
        (days.root / name).parent.mkdir(parents=True, exist_ok=True)
        (days.root / name).write_text("kept")
    days.clean(versions=2, runs=1)
    assert (days.root / "checkpoints/ab/state").exists() and (days.root / "passed_statistics/1/stats").exists()
    assert (days.root / "reports/run_1.html").exists() and (days.root / "last_run.json").exists()


def test_a_run_ends_well_whatever_keeps_old_files_from_going(days, monkeypatch, caplog):
    def refused(*arguments):
        raise PermissionError(13, "Permission denied", "pushed/shop/101")

    monkeypatch.setattr(being_removed, "remove", refused)
    assert retention.after_run(days.config(versions=2, runs=1)) is None
    (told,) = [each.getMessage() for each in caplog.records if each.name == retention.__name__]
    assert told.startswith("The run has ended well; what is old could not be removed (PermissionError: ")
    assert "pushed/shop/101" in told and told.endswith("`tandem runs clean` tries again.")


def test_after_a_run_what_went_is_logged(days, caplog):
    caplog.set_level(logging.INFO)
    assert retention.after_run(days.config()) is None
    retention.after_run(days.config(versions=2, runs=1))
    assert [line.split(";")[0].split(":")[0] for line in caplog.messages if line.startswith("Removed")] == [
        f"Removed 6 versions of {days.root}/pushed/shop",
        "Removed 41 artifacts of runs before 8",
    ]


def test_without_runs_on_this_machine_versions_go_alone(days):
    """As after runs on Kubeflow, which has the metadata elsewhere. Then the one before the newest was to be beaten."""
    (versions,) = retention.plan(days.config(versions=2), None).versions
    assert versions.removed == ("106", "105", "104", "103", "102", "101")


def test_in_a_bucket_nothing_is_removed_and_that_is_told(days):
    config = days.config(versions=2, runs=1, push_to="gs://bucket/shop")
    outdated = retention.plan(config, RunStore(str(days.root)))
    assert outdated.versions == ()
    assert retention.told_of(outdated, "Removed")[-1] == (
        "gs://bucket/shop is a bucket; remove old versions with its own tools."
    )


def test_a_run_can_still_be_removed_by_its_number(days):
    days.clean(versions=2, runs=1)
    store = RunStore(str(days.root), writable=True)
    run_removal.remove(store, run_removal.plan(store, store.runs[:1]))
    assert [run.number for run in RunStore(str(days.root)).runs if not run.is_removed] == [2, 3, 4, 5, 6, 7, 8]


def test_of_several_models_each_keeps_its_own_versions(tmp_path):
    """With fine-tuning a run pushes a model for each surface."""
    past = PastRuns(tmp_path / "a shop")
    trained = {}
    for day in range(1, 6):
        past.begin()
        for surface in ("search", "recommendation")[: 2 if day < 5 else 1]:
            (model,) = past.step(f"{surface.capitalize()}Trainer", outputs=["Model"])
            past.push(model, str(day), f"shop_{surface}")
            trained[surface, day] = model
        with recorded(PipelineConfig(root=str(past.root)), RunStore(str(past.root)).runs[-1].steps[0].id - 1) as record:
            record.report = {"models": {}}
    config = PipelineConfig(
        name="shop",
        root=str(past.root),
        fine_tuning=FineTuningConfig(surfaces=("search", "recommendation")),
        retention=RetentionConfig(versions=2, runs=1),
    )
    store = RunStore(str(past.root), writable=True)
    retention.remove(store, retention.plan(config, store))
    left = {path.name: sorted(each.name for each in path.iterdir()) for path in (past.root / "pushed").iterdir()}
    assert left == {"shop_search": ["4", "5"], "shop_recommendation": ["3", "4"]}
    kept = {each for each, model in trained.items() if past.folder(model).exists()}
    assert kept == {("search", 4), ("search", 5), ("recommendation", 3), ("recommendation", 4)}
