"""What `tandem runs` tells of real runs, and that a pipeline finds its way after some were removed."""

import json
from pathlib import Path

import pytest

from tfx_pipeline.cli.main import main

pytestmark = pytest.mark.e2e


@pytest.fixture
def runs(three_runs, capsys):
    def call(*arguments):
        assert main(["runs", *arguments, "--root", three_runs.config.run_root, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_three_runs_are_listed_with_what_their_reports_say(runs, three_runs):
    listed = runs()
    assert [each["run"] for each in listed] == [1, 2, 3]
    assert listed[0]["outcome"] == "pushed"
    for each, report in zip(listed, three_runs.reports, strict=True):
        metrics = report.models["tiny"].metrics["model"]
        assert each["metrics"] == {surface: metrics[surface] for surface in ("recommendation", "search")}
        assert each["seconds"] > 0


def test_a_pushed_version_goes_back_to_the_logs(runs, three_runs):
    shown = runs("show", "1")
    assert {each["component"]: each["files"] for each in shown["logs"]} == {
        "BehaviourExampleGen": three_runs.config.data.events,
        "ItemCatalog": three_runs.config.data.items,
    }
    assert all(len(each["digest"]) == 64 for each in shown["logs"])
    made = [each["component"] for each in shown["lineage"]]
    wanted = ["BehaviourExampleGen", "Transform", "RetrieverTrainer", "Trainer", "Evaluator", "Pusher"]
    assert [each for each in dict.fromkeys(made) if each in wanted] == wanted


def test_runs_differ_in_what_was_set(runs):
    assert runs("compare", "1", "2")["configuration"] == {}
    assert runs("compare", "1", "3")["configuration"] == {"evaluation.margin": [0.0001, 0.99]}


def test_a_run_after_a_removal_still_comes_from_the_cache(tiny_config, tmp_path, capsys):
    from tfx_pipeline.config.pipeline_config import load_config
    from tfx_pipeline.runners import local_runner  # Imports TFX: many seconds.

    def run(epochs):
        overrides = [f"root={tmp_path}", f"train.epochs={epochs}", "evaluation.margin=-1"]  # Anything is good enough.
        return local_runner.run(load_config(str(tiny_config), overrides))

    def tandem(*arguments):
        assert main(["runs", *arguments, "--root", str(tmp_path), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    for epochs in (1, 3):
        run(epochs)
    capsys.readouterr()
    assert [each["outcome"] for each in tandem()] == ["pushed", "pushed"]
    removed = tandem("remove", "1", "--yes")
    assert [each for each in removed["removed"] if "/Trainer/model/" in each] and removed["kept"] > 0
    assert not any(Path(each).exists() for each in removed["removed"])
    assert [each["run"] for each in tandem()] == [2]
    assert "Trainer" in run(3).cached
