from tfx.types import artifact_utils, standard_artifacts

from components.baseline_model.executor import Executor
from schemas import features
from tests.support.behaviour_examples import behaviour_example, write_examples


def test_counts_the_train_split_and_records_where_the_model_came_from(tmp_path):
    examples = standard_artifacts.Examples()
    examples.uri = str(tmp_path / "examples")
    examples.split_names = artifact_utils.encode_split_names(list(features.BEHAVIOUR_SPLITS))
    write_examples(tmp_path / "examples" / "Split-train" / "one.gz", [behaviour_example(["a", "b"])])
    write_examples(tmp_path / "examples" / "Split-test" / "one.gz", [behaviour_example(["c", "d"])])
    model = standard_artifacts.Model()
    model.uri = str(tmp_path / "model")
    exec_properties = {"pushed_model_dir": str(tmp_path / "pushed"), "version": ""}

    Executor().Do({"examples": [examples]}, {"model": [model]}, exec_properties)

    assert model.get_string_custom_property("source") == "popularity of 1 items in 1 engagements"
    assert (tmp_path / "model" / "Format-Serving" / "saved_model.pb").exists()
