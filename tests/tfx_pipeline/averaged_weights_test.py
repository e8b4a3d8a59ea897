"""Validation sees the average, training does not; the best weights are averages; an interruption changes nothing."""

import contextlib

import keras
import numpy as np
import pytest

from tfx_pipeline.averaged_weights import AveragedWeights
from tfx_pipeline.optimizer import make_optimizer
from tfx_pipeline.resumable_callbacks import ResumableEarlyStopping
from tfx_pipeline.training_config import TrainConfig

MOMENTUM, RATE, STEPS = 0.75, 0.5, 2
ROWS = np.ones((STEPS, 1), "float32")


class Watch(keras.callbacks.Callback):
    """Notes the weight after each step and in each validation; may die at the beginning of an epoch."""

    def __init__(self, die_at=None):
        super().__init__()
        self.die_at, self.trained, self.validated = die_at, [], []

    def _weight(self):
        return float(self.model.layers[0].kernel[0, 0])

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.die_at:
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch, logs=None):
        self.trained.append(self._weight())

    def on_test_batch_end(self, batch, logs=None):
        self.validated.append(self._weight())


def fit(directory, epochs=3, die_at=None):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    train = TrainConfig(ema_momentum=MOMENTUM, learning_rate=RATE, lazy_embedding_updates=False)
    model.compile(make_optimizer(train), "mse")
    averaged, watch = AveragedWeights(), Watch(die_at)
    stopping = ResumableEarlyStopping(str(directory), averaged, monitor="val_loss", mode="min", patience=9)
    backup = keras.callbacks.BackupAndRestore(str(directory / "backup"))
    with contextlib.suppress(KeyboardInterrupt):
        # Towards a weight of 10, further away than these steps lead: each epoch is better than the one before.
        model.fit(
            ROWS,
            10 * ROWS,
            batch_size=1,
            epochs=epochs,
            validation_data=(ROWS, 10 * ROWS),
            validation_batch_size=STEPS,
            callbacks=[averaged, stopping, backup, watch],
            verbose=0,
        )
    return watch, float(model.layers[0].kernel[0, 0])


def averages(weights):
    """After each step; the first weight is the first average."""
    found = [weights[0]]
    for weight in weights[1:]:
        found.append(MOMENTUM * found[-1] + (1 - MOMENTUM) * weight)
    return found


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return fit(tmp_path_factory.mktemp("whole"))


def test_validation_sees_the_average_and_training_its_own_weights(uninterrupted):
    watch, _ = uninterrupted
    # Adam's steps towards a far goal are about as long as the learning rate.
    np.testing.assert_allclose(watch.trained, RATE * np.arange(1, 3 * STEPS + 1), rtol=0.05)
    np.testing.assert_allclose(watch.validated, averages(watch.trained)[STEPS - 1 :: STEPS], rtol=1e-5)


def test_the_weights_that_remain_are_the_average_of_the_best_epoch(uninterrupted):
    watch, weight = uninterrupted
    assert weight == pytest.approx(averages(watch.trained)[-1], rel=1e-5)


def test_an_interrupted_training_goes_on_as_if_it_had_not_been(uninterrupted, tmp_path):
    whole, weight = uninterrupted
    first, _ = fit(tmp_path, die_at=2)
    second, resumed = fit(tmp_path)
    np.testing.assert_allclose(first.trained + second.trained, whole.trained, rtol=1e-5)
    np.testing.assert_allclose(first.validated + second.validated, whole.validated, rtol=1e-5)
    assert resumed == pytest.approx(weight, rel=1e-5)
