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
    candidate = standard_artifacts.Model()
    candidate.uri = str(tmp_path / "trained")
    exec_properties = {"pushed_model_dir": str(tmp_path / "pushed"), "version": ""}

    Executor().Do({"examples": [examples], "candidate": [candidate]}, {"model": [model]}, exec_properties)

    assert model.get_string_custom_property("source") == "popularity of 1 items in 1 engagements"
    assert model.get_string_custom_property("version") == ""
    assert (tmp_path / "model" / "Format-Serving" / "saved_model.pb").exists()


def test_without_a_driver_takes_the_newest_version_that_is_not_the_model_itself(tmp_path):
    for version, graph in (("3", "old"), ("4", "mine")):
        (tmp_path / "pushed" / version).mkdir(parents=True)
        (tmp_path / "pushed" / version / "saved_model.pb").write_text(graph)
    examples, candidate, model = standard_artifacts.Examples(), standard_artifacts.Model(), standard_artifacts.Model()
    examples.uri, candidate.uri, model.uri = (str(tmp_path / name) for name in ("examples", "trained", "model"))
    examples.split_names = artifact_utils.encode_split_names(list(features.BEHAVIOUR_SPLITS))
    (tmp_path / "trained" / "Format-Serving").mkdir(parents=True)
    (tmp_path / "trained" / "Format-Serving" / "saved_model.pb").write_text("mine")

    Executor().Do(
        {"examples": [examples], "candidate": [candidate]},
        {"model": [model]},
        {"pushed_model_dir": str(tmp_path / "pushed")},
    )

    assert model.get_string_custom_property("version") == "3"
    assert (tmp_path / "model" / "Format-Serving" / "saved_model.pb").read_text() == "old"
