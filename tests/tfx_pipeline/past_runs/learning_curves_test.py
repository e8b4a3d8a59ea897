from tests.support.finished_runs import write_events, write_training
from tests.support.own_process import python
from tfx_pipeline.past_runs.learning_curves import LearningCurves, read_curves
from tfx_pipeline.training.event_logs.epoch_logs import write_epoch
from tfx_pipeline.training.event_logs.event_writers import EventWriters


def test_numbers_of_epochs_are_read(tmp_path):
    write_training(tmp_path)
    found = read_curves(tmp_path)
    assert found.training == {
        "loss": [(1, 4.0), (2, 2.0)],
        "learning_rate": [(1, 0.0010000000474974513), (2, 0.0010000000474974513)],
    }
    # What no epoch of `fit` logs is left out.
    assert found.validation == {
        "loss": [(1, 3.0), (2, 2.5)],
        "ndcg_at_5_search": [(1, 0.25), (2, 0.5)],
        "ndcg_at_5_recommendation": [(1, 0.125), (2, 0.25)],
    }
    assert (found.best_epoch, found.parameters, found.chosen) == (2, 1234, "")
    (tmp_path / "automatic.json").write_text('{"text": "batches of 32"}')
    assert read_curves(tmp_path).chosen == "batches of 32"


def test_what_a_training_writes_is_read_back_by_its_names(tmp_path):
    logs = {"loss": 4.0, "click_loss_search": 3.0, "history_alignment_loss": 2.0, "learning_rate": 0.5}
    measured = {"loss": 3.0, "ndcg_at_5": 0.25, "ndcg_at_5_search": 0.5, "mrr_recommendation": 0.125}
    writers = EventWriters(str(tmp_path))
    write_epoch(writers, {"val_ndcg_at_5": 0.125}, epoch=0)  # A start that was validated.
    write_epoch(writers, logs | {f"val_{name}": value for name, value in measured.items()}, epoch=1)
    writers.close()
    found = read_curves(tmp_path)
    assert found.training == {name: [(1, value)] for name, value in logs.items()}
    start = {"ndcg_at_5": [(0, 0.125)]}
    assert found.validation == {name: [*start.get(name, []), (1, value)] for name, value in measured.items()}


def test_a_training_of_an_earlier_release_is_read(tmp_path):
    tags = {"epoch_loss": [3.0, 2.5], "epoch_ndcg_at_5_search": [0.25, 0.5], "evaluation_loss_vs_iterations": [3, 2]}
    write_events(tmp_path / "validation", tags, first_epoch=0)
    assert read_curves(tmp_path).validation == {"loss": [(1, 3.0), (2, 2.5)], "ndcg_at_5_search": [(1, 0.25), (2, 0.5)]}


def test_a_training_that_went_on_is_one(tmp_path):
    write_events(tmp_path / "train", {"loss/total": [4.0, 3.0]})
    write_events(tmp_path / "train", {"loss/total": [2.0, 1.0]}, first_epoch=2)
    assert read_curves(tmp_path).training == {"loss": [(1, 4.0), (2, 2.0), (3, 1.0)]}


def test_a_file_that_ends_within_a_record_is_read_up_to_there(tmp_path):
    write_events(tmp_path / "train", {"loss/total": [4.0, 3.0]})
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
