import pytest

from components.baseline_model.popularity_model import save_popularity_model
from components.baseline_model.provide import provide_baseline
from serving.local_server.models.servable import Servable
from tests.support.behaviour_examples import behaviour_example, write_examples


@pytest.fixture
def provide(tmp_path):
    """Provides a baseline in `baseline`, with `pushed` for the pushed versions."""
    pushed, baseline = str(tmp_path / "pushed"), str(tmp_path / "baseline")
    return lambda train_files, version: provide_baseline(train_files, pushed, version, baseline)


def test_a_pushed_version_is_copied_and_runs(tmp_path, provide):
    """`executor_test.py` has popularity as the baseline."""
    save_popularity_model({b"a": 1}, str(tmp_path / "pushed" / "12"))
    assert provide([], "12") == "last blessed version 12"
    assert (tmp_path / "baseline" / "saved_model.pb").read_bytes() == (
        tmp_path / "pushed" / "12" / "saved_model.pb"
    ).read_bytes()
    Servable(str(tmp_path / "baseline")).close()


def test_refuses_a_named_version_that_is_gone_and_training_examples_without_a_positive(tmp_path, provide):
    with pytest.raises(FileNotFoundError, match="was to be version 4, but .*pushed/4 holds no complete SavedModel"):
        provide([], "4")
    file = write_examples(tmp_path / "train.gz", [behaviour_example(["a"], positive=-1)])
    with pytest.raises(ValueError, match="the training examples hold no positive. Received: 1 files"):
        provide([file], "")
