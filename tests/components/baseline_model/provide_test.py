from pathlib import Path

import pytest

from components.baseline_model.popularity_model import save_popularity_model
from components.baseline_model.provide import provide_baseline
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example, write_examples


@pytest.fixture
def train_file(tmp_path) -> str:
    return write_examples(tmp_path / "train.gz", [behaviour_example(["a", "b"]), behaviour_example(["b", "a"])])


def _push(folder: Path, version: str) -> Path:
    pushed = folder / version
    (pushed / "assets").mkdir(parents=True)
    (pushed / "assets" / "words").write_text(f"words of {version}")
    (pushed / "saved_model.pb").write_text(f"graph of {version}")
    return pushed


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_without_a_blessed_model_popularity_is_the_baseline(tmp_path, train_file):
    source = provide_baseline([train_file], str(tmp_path / "pushed"), "", str(tmp_path / "baseline"))
    assert source == "popularity of 2 items in 2 engagements"
    assert (tmp_path / "baseline" / "saved_model.pb").exists()


def test_takes_the_version_that_is_named(tmp_path):
    for version in ("3", "12"):
        _push(tmp_path / "pushed", version)
    source = provide_baseline([], str(tmp_path / "pushed"), "3", str(tmp_path / "baseline"))
    assert source == "last blessed version 3"
    assert _files(tmp_path / "baseline") == {"assets/words": b"words of 3", "saved_model.pb": b"graph of 3"}


def test_refuses_a_named_version_that_is_gone(tmp_path):
    with pytest.raises(FileNotFoundError, match="was to be version 4, but .*pushed/4 holds no complete SavedModel"):
        provide_baseline([], str(tmp_path / "pushed"), "4", str(tmp_path / "baseline"))


def test_refuses_training_examples_without_a_positive(tmp_path):
    file = write_examples(tmp_path / "train.gz", [behaviour_example(["a"], positive=-1)])
    with pytest.raises(ValueError, match="the training examples hold no positive. Received: 1 files"):
        provide_baseline([file], str(tmp_path / "pushed"), "", str(tmp_path / "baseline"))


def test_a_pushed_model_runs_after_it_was_copied(tmp_path):
    save_popularity_model({b"a": 1}, str(tmp_path / "pushed" / "1"))
    provide_baseline([], str(tmp_path / "pushed"), "1", str(tmp_path / "baseline"))
    Servable(str(tmp_path / "baseline")).close()
