import shutil

import pytest

from schemas.canonical_event import Surface
from tests.support.finished_runs import finish, put_examples, put_model, report
from tests.support.past_runs import PastRuns
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs.finished_run import NotFinished, UnknownRun, finished_runs
from tfx_pipeline.past_runs.run_record import recorded
from tfx_pipeline.past_runs.run_store import RunStore


@pytest.fixture
def past(tmp_path):
    """Run 1 has finished, and run 2 failed."""
    past = PastRuns(tmp_path / "shop")
    finish(past, report())
    past.begin()
    past.step("Trainer", "failed")
    return past


def test_without_a_number_it_is_the_newest_that_has_finished(past):
    (run,) = finished_runs(str(past.root))
    assert (run.number, run.name, run.report) == (1, "shop", report())
    assert run.configuration["name"] == "shop"
    finish(past, report(version="18"), version="18")
    assert [each.number for each in finished_runs(str(past.root))] == [3]
    assert [each.number for each in finished_runs(str(past.root), ["3", "1", "3"])] == [3, 1]


def test_what_its_components_left_is_found_unless_it_is_gone(past):
    (run,) = finished_runs(str(past.root))
    folder = run.folder("Trainer", "model_run")
    assert run.folders("Trainer", "model_run") == {"Trainer": folder} and (folder / "validation.json").exists()
    assert run.folder("Trainer", "weights") is None and run.folder("Indexer", "model") is None
    folder.rename(folder.with_name("elsewhere"))
    assert run.folder("Trainer", "model_run") is None


def test_of_a_root_that_was_copied_or_moved_it_finds_what_lies_there(past, tmp_path):
    put_model(finished_runs(str(past.root))[0], {})
    shutil.copytree(past.root, tmp_path / "copy")
    (copied,) = finished_runs(str(tmp_path / "copy"))
    past.root.rename(tmp_path / "moved")
    (moved,) = finished_runs(str(tmp_path / "moved"))
    for run, root in ((copied, tmp_path / "copy"), (moved, tmp_path / "moved")):
        assert run.folder("Trainer", "model_run").is_relative_to(root / "artifacts")
        assert run.models()["shop"].is_relative_to(root / "artifacts")


def test_a_run_that_is_not_there_is_told(past):
    with pytest.raises(UnknownRun, match=r"there is no run 7, x in .*shop\. There are: 1, 2\."):
        finished_runs(str(past.root), ["1", "7", "x"])


def test_a_run_that_has_not_finished_is_told(past):
    with pytest.raises(NotFinished, match=r"^run 2 has no report: it failed in Trainer\.$"):
        finished_runs(str(past.root), ["1", "2"])
    last = RunStore(str(past.root)).runs[-1].steps[-1].id
    with recorded(PipelineConfig(root=str(past.root)), last):
        past.begin()
        past.step("Trainer", "unfinished")
        with pytest.raises(NotFinished, match=r"^run 3 has no report: it is running in Trainer\.$"):
            finished_runs(str(past.root), ["3"])
    with pytest.raises(NotFinished, match=r"^run 3 has no report: it was interrupted in Trainer\.$"):
        finished_runs(str(past.root), ["3"])


def test_a_training_of_an_experiment_and_an_old_run_have_none(tmp_path):
    past = PastRuns(tmp_path / "shop")
    past.begin()
    (model,) = past.step("Trainer", outputs=["Model"])
    with pytest.raises(NotFinished, match=r"^run 1 has no report: it is a training of an experiment\.$"):
        finished_runs(str(past.root), ["1"])
    past.push(model, "17")
    with pytest.raises(NotFinished, match=r"^run 1 has no report: an earlier release made it and kept none\.$"):
        finished_runs(str(past.root), ["1"])
    with pytest.raises(NotFinished, match=r"^no run of .*shop has finished yet, so there is nothing to report\."):
        finished_runs(str(past.root))


def test_a_run_that_only_took_new_items_in_has_no_figures_to_report(past):
    last = RunStore(str(past.root)).runs[-1].steps[-1].id
    with recorded(PipelineConfig(root=str(past.root)), last) as record:
        past.begin()
        (indexed,) = past.step("Indexer", outputs=["Model"])
        past.push(indexed, "18")
        record.report = {"models": {"shop": {"outcome": "pushed", "metrics": {"model": {}}}}}
    assert [each.number for each in finished_runs(str(past.root))] == [1]
    told = r"^run 3 has no report: it took new items into the pushed model, and judged none\.$"
    with pytest.raises(NotFinished, match=told):
        finished_runs(str(past.root), ["3"])


def test_the_models_that_were_judged_have_the_names_by_which_they_are_served(past):
    (run,) = finished_runs(str(past.root))
    assert run.models() == {}
    put_model(run, {})
    assert list(run.models()) == ["shop"] and (run.models()["shop"] / "saved_model.pb").exists()
    told = report()
    told["models"] = {f"shop_{surface}": told["models"]["shop"] for surface in ("recommendation", "search")}
    finish(past, told, version="18", judges=("SearchEvaluator", "RecommendationEvaluator"))
    (both,) = finished_runs(str(past.root))
    put_model(both, {})
    assert list(both.models()) == ["shop_search", "shop_recommendation"]
    assert both.surfaces("shop_search") == tuple(Surface) == both.surfaces("unknown")
    del both.report["models"]["shop_search"]["metrics"]["model"]["recommendation"]
    assert both.surfaces("shop_search") == (Surface.SEARCH,)


def test_files_of_a_split_are_found(past):
    (run,) = finished_runs(str(past.root))
    assert run.example_files("test") == []
    put_examples(run, [])
    assert [each.rpartition("/")[2] for each in run.example_files("test")] == ["1.gz"]
