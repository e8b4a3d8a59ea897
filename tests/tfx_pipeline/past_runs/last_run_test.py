import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import tiny_logs
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.past_runs import last_run

REPORT = {"ran": ["Trainer"], "cached": ["Transform"], "models": {"tiny": {"outcome": "pushed", "version": "7"}}}


class Ended:
    """A run that has ended, with what it leaves, and the same one to be repeated."""

    def __init__(self, folder: Path):
        self.path = tiny_logs.write(folder)
        self.root = folder / "run"
        self.version = self.root / "pushed" / "tiny" / "7"
        self.version.mkdir(parents=True)
        (self.version / "saved_model.pb").write_text("graph")
        (self.root / "artifacts" / "Trainer" / "model" / "1").mkdir(parents=True)
        with sqlite3.connect(self.root / "metadata.sqlite") as store:
            store.execute("CREATE TABLE Execution (id INTEGER PRIMARY KEY)")
        self.execute()
        self.leave_note()

    def execute(self):
        with sqlite3.connect(self.root / "metadata.sqlite") as store:
            store.execute("INSERT INTO Execution DEFAULT VALUES")

    def leave_note(self, report=REPORT):
        config = load_config(str(self.path))
        last_run.write(config, last_run.digest_of_inputs(config, "1.0"), report)

    def repeat(self, *overrides, versions="1.0"):
        config = load_config(str(self.path), overrides)
        return last_run.repeated_report(config, last_run.digest_of_inputs(config, versions))


@pytest.fixture
def ended(tmp_path) -> Ended:
    return Ended(tmp_path)


def test_the_same_again_is_unchanged_and_all_from_the_cache(ended):
    assert ended.repeat() == {
        "ran": [],
        "cached": ["Trainer", "Transform"],
        "models": {"tiny": {"outcome": "unchanged", "version": "7"}},
    }


def test_a_model_that_was_not_pushed_is_not_pushed_again(ended):
    ended.leave_note({**REPORT, "models": {"tiny": {"outcome": "not_pushed"}}})
    assert ended.repeat()["models"] == {"tiny": {"outcome": "not_pushed"}}


def remove_version(ended):
    shutil.rmtree(ended.version)


def add_version(ended):
    shutil.copytree(ended.version, ended.version.with_name("8"))


def touch_version(ended):
    os.utime(ended.version / "saved_model.pb", ns=(1, 1))


def remove_artifacts(ended):
    shutil.rmtree(ended.root / "artifacts" / "Trainer" / "model" / "1")


def remove_store(ended):
    (ended.root / "metadata.sqlite").unlink()


def change_data(ended):
    path = ended.path.with_name("items.tsv")
    path.write_text(path.read_text().replace("red mug", "red cup"))


def break_note(ended):
    (ended.root / "last_run.json").write_text("[]")


@pytest.mark.parametrize(
    "change",
    [
        Ended.execute,
        remove_version,
        add_version,
        touch_version,
        remove_artifacts,
        remove_store,
        change_data,
        break_note,
    ],
)
def test_whatever_has_changed_is_for_tfx_to_judge(ended, change):
    assert ended.repeat() is not None
    change(ended)
    assert ended.repeat() is None


@pytest.mark.parametrize("override", ["train.epochs=5", "push_to=elsewhere", "enable_cache=false"])
def test_another_configuration_is_another_run(ended, override):
    assert ended.repeat(override) is None


def test_other_libraries_make_another_run(ended):
    assert ended.repeat(versions="1.1") is None


def test_other_code_makes_another_run(ended, monkeypatch):
    monkeypatch.setattr(last_run, "_ROOMS", ("schemas",))
    assert ended.repeat() is None


def test_data_that_cannot_be_read_is_for_the_run_to_refuse(ended):
    ended.path.with_name("events.tsv").unlink()
    config = load_config(str(ended.path))
    assert last_run.digest_of_inputs(config, "1.0") == ""
    last_run.write(config, "", REPORT)
    assert not (ended.root / "last_run.json").exists() and ended.repeat() is None


def test_it_needs_no_tfx():
    modules = "tfx_pipeline.past_runs.last_run, tfx_pipeline.cli.running.run"
    code = f"import sys, {modules}; print({{'tfx', 'tensorflow'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
