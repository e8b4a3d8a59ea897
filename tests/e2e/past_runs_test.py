"""What `tandem runs` tells of real runs, and that a pipeline finds its way after some were removed."""

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import STRICT
from tfx_pipeline.cli.main import main

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture
def tandem_runs(capsys):
    def call(root, *arguments):
        capsys.readouterr()  # What the runs themselves have printed.
        assert main(["runs", *arguments, "--root", str(root), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_three_runs_are_listed_with_what_their_reports_say(tandem_runs, three_runs):
    listed = tandem_runs(three_runs.config.run_root)
    assert [each["run"] for each in listed] == [1, 2, 3]
    assert listed[0]["outcome"] == "pushed"
    for each, model in zip(listed, three_runs.models, strict=True):
        assert each["metrics"] == {surface: model.metrics["model"][surface] for surface in ("recommendation", "search")}
        assert each["seconds"] > 0


def test_a_pushed_version_goes_back_to_the_logs(tandem_runs, three_runs):
    shown = tandem_runs(three_runs.config.run_root, "show", "1")
    assert {each["component"]: each["files"] for each in shown["logs"]} == {
        "BehaviourExampleGen": f"{three_runs.config.data.events}, {three_runs.config.data.users}",
        "ItemCatalog": three_runs.config.data.items,
    }
    assert all(len(each["digest"]) == 64 for each in shown["logs"])
    made = [each["component"] for each in shown["lineage"]]
    wanted = ["BehaviourExampleGen", "Transform", "RetrieverTrainer", "Trainer", "Evaluator", "Pusher"]
    assert [each for each in dict.fromkeys(made) if each in wanted] == wanted


def test_runs_differ_in_what_was_set(tandem_runs, three_runs):
    root = three_runs.config.run_root
    assert tandem_runs(root, "compare", "1", "2")["configuration"] == {}
    assert tandem_runs(root, "compare", "1", "3")["configuration"] == {"evaluation.margin": [0.0001, 0.99]}


def test_each_run_has_its_page(three_runs):
    for number in (1, 2, 3):
        page = (Path(three_runs.config.run_root) / "reports" / f"run_{number}.html").read_text()
        assert 'class="missing"' not in page
        titles = ("Metrics on the held-out examples", "Beside simple rules", "Gates", "Training", "Examples", "The log")
        assert [title for title in titles if f"<h3>{title}" not in page] == []
        assert "Digest of the code" in page and ("memory at most" in page) is (number != 2)  # That one ran nothing.
        assert "<h4>RetrieverTrainer</h4>" in page and "The log is not there any more" not in page


@pytest.fixture
def runs_to_change(three_runs, tmp_path):
    """The three runs where they were made, for the cache knows them by their paths. They are put back afterwards."""
    folder, kept = three_runs.path.parent, tmp_path / "kept"
    shutil.copytree(folder, kept, symlinks=True)
    yield three_runs
    shutil.rmtree(folder)
    shutil.copytree(kept, folder, symlinks=True)


def test_a_run_after_a_removal_still_comes_from_the_cache(tandem_runs, runs_to_change):
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    config = runs_to_change.config
    # The newest outputs of all components are those of the first run again.
    assert local_runner.run(config).ran == ()
    # What the second run has is the first's; the third has judged anew, and no other run has that verdict.
    removed = tandem_runs(config.run_root, "remove", "2", "3", "--yes")
    assert {each.split("/artifacts/")[1].split("/")[0] for each in removed["removed"]} == {"Evaluator", "Pusher"}
    assert not any(Path(each).exists() for each in removed["removed"])
    assert [each["run"] for each in tandem_runs(config.run_root)] == [1, 4]
    assert local_runner.run(config).ran == ()
    # What was removed is made again, not looked for where it was.
    strict = local_runner.run(load_config(str(runs_to_change.path), [*runs_to_change.overrides, STRICT]))
    assert set(strict.ran) == {"Evaluator", "Pusher"} and strict.models["tiny"].outcome == "not_pushed"
