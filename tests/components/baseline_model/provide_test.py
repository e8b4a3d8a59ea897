import pytest

from components.baseline_model.popularity_model import save_popularity_model
from components.baseline_model.provide import provide_baseline
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.model_folders import files, write_versions


@pytest.fixture
def provide(tmp_path):
    """Provides a baseline in `baseline`, with `pushed` for the pushed versions."""
    pushed, baseline = str(tmp_path / "pushed"), str(tmp_path / "baseline")
    return lambda train_files, version: provide_baseline(train_files, pushed, version, baseline)


def test_without_a_blessed_model_popularity_is_the_baseline(tmp_path, provide):
    examples = [behaviour_example(["a", "b"]), behaviour_example(["b", "a"])]
    source = provide([write_examples(tmp_path / "train.gz", examples)], "")
    assert source == "popularity of 2 items in 2 engagements"
    assert (tmp_path / "baseline" / "saved_model.pb").exists()


def test_takes_the_version_that_is_named(tmp_path, provide):
    write_versions(tmp_path / "pushed", {"3": "three", "12": "twelve"})
    assert provide([], "3") == "last blessed version 3"
    assert files(tmp_path / "baseline") == {"variables/data": "weights", "saved_model.pb": "three"}


def test_a_pushed_model_runs_after_it_was_copied(tmp_path, provide):
    save_popularity_model({b"a": 1}, str(tmp_path / "pushed" / "1"))
    provide([], "1")
    Servable(str(tmp_path / "baseline")).close()


def test_refuses_a_named_version_that_is_gone(provide):
    with pytest.raises(FileNotFoundError, match="was to be version 4, but .*pushed/4 holds no complete SavedModel"):
        provide([], "4")


def test_refuses_training_examples_without_a_positive(tmp_path, provide):
    file = write_examples(tmp_path / "train.gz", [behaviour_example(["a"], positive=-1)])
    with pytest.raises(ValueError, match="the training examples hold no positive. Received: 1 files"):
        provide([file], "")
