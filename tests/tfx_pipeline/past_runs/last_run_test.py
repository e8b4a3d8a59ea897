import os
import shutil
import sqlite3
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

    def change_data(self):
        path = self.path.with_name("items.tsv")
        path.write_text(path.read_text().replace("red mug", "red cup"))

    def repeat(self, *overrides, versions="1.0"):
        config = load_config(str(self.path), overrides)
        return last_run.repeated_report(config, last_run.digest_of_inputs(config, versions))


@pytest.fixture
def ended(tmp_path) -> Ended:
    return Ended(tmp_path)


def test_the_same_again_is_unchanged_and_all_from_the_cache(ended):
    models = {"tiny": {"outcome": "unchanged", "version": "7"}}
    assert ended.repeat() == {"ran": [], "cached": ["Trainer", "Transform"], "models": models}
    # A model that was not pushed is not pushed again.
    ended.leave_note({**REPORT, "models": {"tiny": {"outcome": "not_pushed"}}})
    assert ended.repeat()["models"] == {"tiny": {"outcome": "not_pushed"}}


@pytest.mark.parametrize("name", ["#1", "50%41 & more", 'it\'s "so"', "é é"])
def test_a_root_of_any_name_is_compared(name, tmp_path):
    (tmp_path / name).mkdir()
    assert Ended(tmp_path / name).repeat() is not None


@pytest.mark.parametrize(
    "change",
    [
        Ended.execute,
        Ended.change_data,
        lambda ended: shutil.rmtree(ended.version),
        lambda ended: shutil.copytree(ended.version, ended.version.with_name("8")),
        lambda ended: os.utime(ended.version / "saved_model.pb", ns=(1, 1)),
        lambda ended: shutil.rmtree(ended.root / "artifacts" / "Trainer" / "model" / "1"),
        lambda ended: (ended.root / "metadata.sqlite").unlink(),
        lambda ended: (ended.root / "last_run.json").write_text("[]"),
    ],
)
def test_whatever_has_changed_is_for_tfx_to_judge(ended, change):
    assert ended.repeat() is not None
    change(ended)
    assert ended.repeat() is None


@pytest.mark.parametrize("override", ["train.epochs=5", "push_to=elsewhere", "enable_cache=false"])
def test_another_configuration_and_other_libraries_make_another_run(ended, override):
    assert ended.repeat(override) is None
    assert ended.repeat(versions="1.1") is None


@pytest.mark.parametrize("room", ["components", "models", "schemas", "serving", "tfx_pipeline"])
def test_other_code_makes_another_run(ended, room, tmp_path, monkeypatch):
    monkeypatch.setattr(last_run, "__file__", str(tmp_path / "code" / "tfx_pipeline" / "past_runs" / "last_run.py"))
    ended.leave_note()
    assert ended.repeat() is not None
    (tmp_path / "code" / room).mkdir(parents=True)
    (tmp_path / "code" / room / "changed.py").write_text("")
    assert ended.repeat() is None


def test_data_that_cannot_be_read_is_for_the_run_to_refuse(ended):
    ended.path.with_name("events.tsv").unlink()
    config = load_config(str(ended.path))
    assert last_run.digest_of_inputs(config, "1.0") == ""
    last_run.write(config, "", REPORT)
    assert not (ended.root / "last_run.json").exists() and ended.repeat() is None
