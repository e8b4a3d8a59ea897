import pytest
from tfx.types import standard_artifacts

from components.baseline_model.executor import Executor
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.model_folders import artifact_at, write_model, write_versions


@pytest.fixture
def baseline(tmp_path):
    """Runs the executor with `pushed` for the pushed versions; it gives the Model artifact back."""

    def run(**properties):
        model = artifact_at(tmp_path / "model")
        examples = artifact_at(tmp_path / "examples", standard_artifacts.Examples)
        inputs = {"examples": [examples], "candidate": [artifact_at(tmp_path / "trained")]}
        Executor().Do(inputs, {"model": [model]}, {"pushed_model_dir": str(tmp_path / "pushed"), **properties})
        return model

    return run


def test_counts_the_train_split_and_records_where_the_model_came_from(tmp_path, baseline):
    for split, candidates in (("train", ["a", "b"]), ("test", ["c", "d"])):
        write_examples(tmp_path / "examples" / f"Split-{split}" / "one.gz", [behaviour_example(candidates)])
    model = baseline(version="")
    assert model.get_string_custom_property("source") == "popularity of 1 items in 1 engagements"
    assert model.get_string_custom_property("version") == ""
    assert (tmp_path / "model" / "Format-Serving" / "saved_model.pb").exists()


def test_without_a_driver_takes_the_newest_version_that_is_not_the_model_itself(tmp_path, baseline):
    write_versions(tmp_path / "pushed", {"3": "old", "4": "mine"})
    write_model(tmp_path / "trained" / "Format-Serving", "mine")
    assert baseline().get_string_custom_property("version") == "3"
    assert (tmp_path / "model" / "Format-Serving" / "saved_model.pb").read_text() == "old"
