"""What `tandem runs` tells of real runs, and that a pipeline finds its way after some were removed."""

import json
from pathlib import Path

import pytest

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
        "BehaviourExampleGen": three_runs.config.data.events,
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


def test_a_run_after_a_removal_still_comes_from_the_cache(tandem_runs, tiny_config, tmp_path):
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    def run(epochs):
        overrides = [f"root={tmp_path}", f"train.epochs={epochs}", "evaluation.margin=-1"]  # Anything is good enough.
        return local_runner.run(load_config(str(tiny_config), overrides))

    for epochs in (1, 3):
        run(epochs)
    assert [each["outcome"] for each in tandem_runs(tmp_path)] == ["pushed", "pushed"]
    removed = tandem_runs(tmp_path, "remove", "1", "--yes")
    assert [each for each in removed["removed"] if "/Trainer/model/" in each] and removed["kept"] > 0
    assert not any(Path(each).exists() for each in removed["removed"])
    assert [each["run"] for each in tandem_runs(tmp_path)] == [2]
    assert "Trainer" in run(3).cached
