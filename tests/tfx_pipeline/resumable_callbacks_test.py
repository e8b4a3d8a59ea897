import contextlib

import keras
import numpy as np
import pytest

from tfx_pipeline.resumable_callbacks import ResumableEarlyStopping, ResumableReduceLROnPlateau


class Scripted(keras.callbacks.Callback):
    """Feeds a scripted metric to the callbacks after it, moves the one weight, and may die at an epoch."""

    def __init__(self, values, die_at=None):
        super().__init__()
        self.values, self.die_at, self.epochs = values, die_at, []

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.die_at:
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None):
        logs["score"] = self.values[epoch]
        self.epochs.append(epoch)
        self.model.layers[0].bias.assign([float(epoch)])


def fit(directory, values, die_at=None, patience=2, epochs=10):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    # A learning rate of 0 leaves the bias to the script.
    model.compile(keras.optimizers.SGD(0.0), "mse")
    script = Scripted(values, die_at)
    stopping = ResumableEarlyStopping(str(directory), monitor="score", mode="max", patience=patience)
    backup = keras.callbacks.BackupAndRestore(str(directory / "backup"))
    with contextlib.suppress(KeyboardInterrupt):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=epochs, callbacks=[script, stopping, backup], verbose=0)
    return script.epochs, float(model.layers[0].bias[0])


SCORES = [0.1, 0.5, 0.4, 0.3, 0.2, 0.1]


def test_an_uninterrupted_training_stops_after_the_patience_with_the_best_weights(tmp_path):
    # The folder is made when there is something to keep.
    assert fit(tmp_path / "state", SCORES) == ([0, 1, 2, 3], 1.0)


def test_an_interrupted_one_stops_at_the_same_epoch_with_the_same_weights(tmp_path):
    assert fit(tmp_path, SCORES, die_at=3)[0] == [0, 1, 2]
    # Epoch 3 is the second without a better score; the best weights are those of epoch 1, from before the interruption.
    assert fit(tmp_path, SCORES) == ([3], 1.0)


def test_the_learning_rate_reduction_goes_on_counting(tmp_path):
    def learning_rate(values, die_at=None):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(1.0), "mse")
        plateau = ResumableReduceLROnPlateau(str(tmp_path), monitor="score", mode="max", factor=0.5, patience=2)
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
        with contextlib.suppress(KeyboardInterrupt):
            model.fit(
                np.ones((2, 1)),
                np.ones((2, 1)),
                epochs=3,
                callbacks=[Scripted(values, die_at), plateau, backup],
                verbose=0,
            )
        return float(model.optimizer.learning_rate)

    assert learning_rate([0.5, 0.4, 0.3], die_at=2) == pytest.approx(1.0)
    # One epoch without progress before the interruption and one after it make the two of the patience.
    assert learning_rate([0.5, 0.4, 0.3]) == pytest.approx(0.5)
