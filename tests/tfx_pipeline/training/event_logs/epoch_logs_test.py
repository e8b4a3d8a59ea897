import keras
import numpy as np

from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.epoch_logs import EpochLogs, mark_best, write_epoch
from tfx_pipeline.training.event_logs.event_writers import EventWriters


class Ranked(keras.callbacks.Callback):
    """Adds a metric of validation, and halves the learning rate after the first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        logs["val_ndcg_at_5_search"] = 0.25 * (epoch + 1)
        if epoch == 1:
            self.model.optimizer.learning_rate.assign(0.25)


def test_training_and_validation_are_runs_with_the_same_tags_and_epochs_count_from_1(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    rows, targets = np.zeros((1, 1)), np.full((1, 1), 2.0)
    # Of (2 - 0)²; the bias gets to 2 · 0.5 · 2 = 2 in the first step.
    callbacks = [Ranked(), EpochLogs(EventWriters(str(tmp_path)))]
    model.fit(rows, targets, epochs=2, validation_data=(rows, targets), callbacks=callbacks, verbose=0)
    assert scalars_of(tmp_path / "train") == {
        "loss/total": [(1, 4.0), (2, 0.0)],
        "optimizer/learning_rate": [(1, 0.5), (2, 0.25)],
    }
    assert scalars_of(tmp_path / "validation") == {
        "loss/total": [(1, 0.0), (2, 0.0)],
        "ndcg@5/search": [(1, 0.25), (2, 0.5)],
    }


def test_a_start_that_is_validated_stands_before_the_first_epoch(tmp_path):
    write_epoch(EventWriters(str(tmp_path)), {"val_loss": 2.0}, epoch=0)
    assert scalars_of(tmp_path / "validation") == {"loss/total": [(0, 2.0)]}
    assert not (tmp_path / "train").exists()


def test_the_best_epoch_is_a_run_with_one_point_in_each_chart_of_validation(tmp_path):
    best = {"epoch": 7, "loss": 1.0, "learning_rate": 0.5, "val_loss": 2.0, "val_ndcg_at_5": 0.25, "val_mrr": 0.125}
    mark_best(EventWriters(str(tmp_path)), best)
    points = {"loss/total": [(7, 2.0)], "ndcg@5/mean": [(7, 0.25)]}
    assert scalars_of(tmp_path / "best epoch") == points | {"mrr/mean": [(7, 0.125)]}
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["best epoch"]
    # Of the training itself, what the table of hyper-parameters shows first, and no more.
    assert scalars_of(tmp_path) == {"best/epoch": [(7, 7.0)]} | {f"best/{tag}": each for tag, each in points.items()}
