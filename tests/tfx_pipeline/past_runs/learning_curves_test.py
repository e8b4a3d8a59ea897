from tests.support.finished_runs import write_events, write_training
from tests.support.own_process import python
from tfx_pipeline.past_runs.learning_curves import LearningCurves, read_curves


def test_numbers_of_epochs_are_read(tmp_path):
    write_training(tmp_path)
    found = read_curves(tmp_path)
    assert found.training == {
        "loss": [(1, 4.0), (2, 2.0)],
        "learning_rate": [(1, 0.0010000000474974513), (2, 0.0010000000474974513)],
    }
    # What is told of each step is left out.
    assert found.validation == {
        "loss": [(1, 3.0), (2, 2.5)],
        "ndcg_at_5_search": [(1, 0.25), (2, 0.5)],
        "ndcg_at_5_recommendation": [(1, 0.125), (2, 0.25)],
    }
    assert (found.best_epoch, found.parameters, found.chosen) == (2, 1234, "")
    (tmp_path / "automatic.json").write_text('{"text": "batches of 32"}')
    assert read_curves(tmp_path).chosen == "batches of 32"


def test_a_training_that_went_on_is_one(tmp_path):
    write_events(tmp_path / "train", {"epoch_loss": [4.0, 3.0]})
    write_events(tmp_path / "train", {"epoch_loss": [2.0, 1.0]}, first_epoch=1)
    assert read_curves(tmp_path).training == {"loss": [(1, 4.0), (2, 2.0), (3, 1.0)]}


def test_a_file_that_ends_within_a_record_is_read_up_to_there(tmp_path):
    write_events(tmp_path / "train", {"epoch_loss": [4.0, 3.0]})
    (file,) = (tmp_path / "train").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    assert read_curves(tmp_path).training == {"loss": [(1, 4.0)]}


def test_without_files_there_is_nothing(tmp_path):
    assert read_curves(tmp_path) == LearningCurves()


def test_tensorflow_is_not_imported(tmp_path):
    write_training(tmp_path)
    code = """
        import sys
        from pathlib import Path
        from tfx_pipeline.past_runs.learning_curves import read_curves
        assert read_curves(Path(sys.argv[1])).training
        print({"tensorflow", "tfx", "apache_beam"} & sys.modules.keys())
        """
    assert python(code, str(tmp_path)).stdout == "set()\n"
