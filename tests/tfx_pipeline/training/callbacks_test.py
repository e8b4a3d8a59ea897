"""Validation sees the average, training does not; the best weights are averages; an interruption changes nothing."""

import contextlib
import json
import logging
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.progress import heard_by
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.training.callbacks import (
    AveragedWeights,
    DivergedError,
    EpochLines,
    FiniteLoss,
    ResumableEarlyStopping,
    ResumableReduceLROnPlateau,
    ResumableStop,
    TrainingProgress,
)
from tfx_pipeline.training.optimizer import make_optimizer

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


def fit_averaged(directory, epochs=3, die_at=None):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    train = SettledTrainConfig(ema_momentum=MOMENTUM, learning_rate=RATE, lazy_embedding_updates=False)
    model.compile(make_optimizer(train, dim=1), "mse")
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
    return fit_averaged(tmp_path_factory.mktemp("whole"))


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
    first, _ = fit_averaged(tmp_path, die_at=2)
    second, resumed = fit_averaged(tmp_path)
    np.testing.assert_allclose(first.trained + second.trained, whole.trained, rtol=1e-5)
    np.testing.assert_allclose(first.validated + second.validated, whole.validated, rtol=1e-5)
    assert resumed == pytest.approx(weight, rel=1e-5)


class Scripted(keras.callbacks.Callback):
    """Feeds a scripted metric to the callbacks after it, moves the one weight, and may die at an epoch."""

    def __init__(self, values, die_at=None):
        super().__init__()
        self.values, self.die_at, self.epochs = values, die_at, []

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.die_at:
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None):
        if self.values[epoch] is not None:  # None: this epoch is not validated.
            logs["score"] = self.values[epoch]
        self.epochs.append(epoch)
        self.model.layers[0].bias.assign([float(epoch)])


def fit_scripted(directory, values, die_at=None, patience=2, epochs=10, start=None, **settings):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    # A learning rate of 0 leaves the bias to the script.
    model.compile(keras.optimizers.SGD(0.0), "mse")
    script = Scripted(values, die_at)
    stopping = ResumableEarlyStopping(str(directory), monitor="score", mode="max", patience=patience, **settings)
    backup = keras.callbacks.BackupAndRestore(str(directory / "backup"))
    if start is not None and not stopping.has_begun:
        model.layers[0].bias.assign([-1.0])
        stopping.keep_start(model, {"score": start})
    with contextlib.suppress(KeyboardInterrupt):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=epochs, callbacks=[script, stopping, backup], verbose=0)
    return script.epochs, float(model.layers[0].bias[0])


SCORES = [0.1, 0.5, 0.4, 0.3, 0.2, 0.1]


def test_an_uninterrupted_training_stops_after_the_patience_with_the_best_weights(tmp_path):
    # The folder is made when there is something to keep.
    assert fit_scripted(tmp_path / "state", SCORES) == ([0, 1, 2, 3], 1.0)


def test_an_interrupted_one_stops_at_the_same_epoch_with_the_same_weights(tmp_path):
    assert fit_scripted(tmp_path, SCORES, die_at=3)[0] == [0, 1, 2]
    # Epoch 3 is the second without a better score; the best weights are those of epoch 1, from before the interruption.
    assert fit_scripted(tmp_path, SCORES) == ([3], 1.0)


def test_epochs_that_are_not_validated_do_not_count(tmp_path):
    scores = [None, 0.5, None, 0.4, None, 0.3, 0.9]
    assert fit_scripted(tmp_path, scores) == ([0, 1, 2, 3, 4, 5], 1.0)


@pytest.mark.parametrize(
    ("start", "epochs", "weight"),
    [
        (0.6, [0, 1, 2, 3], -1.0),  # No epoch is better: the start remains.
        (0.45, [0, 1, 2, 3], 1.0),
    ],
)
def test_a_model_that_is_good_before_it_is_trained_remains_unless_an_epoch_is_better(tmp_path, start, epochs, weight):
    assert fit_scripted(tmp_path, SCORES, start=start) == (epochs, weight)
    best = json.loads((tmp_path / "early_stopping.json").read_text())["best_logs"]
    assert (best["epoch"], best["score"]) == (int(weight) + 1, max(start, 0.5))


def test_a_start_is_kept_over_an_interruption(tmp_path):
    assert fit_scripted(tmp_path, SCORES, start=0.6, die_at=1)[0] == [0]
    # Asked again, it would be another model by now: what was kept counts.
    assert fit_scripted(tmp_path, SCORES, start=0.0) == ([1, 2, 3], -1.0)


def test_a_training_that_first_falls_behind_its_start_has_its_patience_while_it_gets_better(tmp_path):
    # A warm start of 0.5: it took four epochs to be as good again, twice the patience.
    assert fit_scripted(tmp_path, [0.1, 0.2, 0.3, 0.4, 0.6, 0.5, 0.5], start=0.5) == ([0, 1, 2, 3, 4, 5, 6], 4.0)


def test_without_a_choice_of_the_best_epoch_a_start_does_not_count(tmp_path):
    assert fit_scripted(tmp_path, SCORES, start=0.6, keep_best=False) == ([0, 1, 2, 3], 3.0)


def test_without_a_choice_of_the_best_epoch_the_last_weights_remain(tmp_path):
    assert fit_scripted(tmp_path, SCORES, keep_best=False) == ([0, 1, 2, 3], 3.0)
    assert json.loads((tmp_path / "early_stopping.json").read_text())["best_logs"]["epoch"] == 4


def fit_with(callback, directory, values, die_at=None):
    """How many epochs it took, and the learning rate at the end."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    script, backup = Scripted(values, die_at), keras.callbacks.BackupAndRestore(str(directory / "backup"))
    rows, epochs = np.ones((2, 1)), len(values)
    with contextlib.suppress(KeyboardInterrupt):
        model.fit(rows, rows, epochs=epochs, callbacks=[script, callback, backup], verbose=0)
    return len(script.epochs), float(model.optimizer.learning_rate)


def test_the_learning_rate_reduction_goes_on_counting(tmp_path):
    def plateau():
        return ResumableReduceLROnPlateau(str(tmp_path), monitor="score", mode="max", factor=0.5, patience=2)

    assert fit_with(plateau(), tmp_path, [0.5, 0.4, None, 0.3], die_at=3) == (3, pytest.approx(1.0))
    # One validation without progress before the interruption and one after it make the two of the patience.
    assert fit_with(plateau(), tmp_path, [0.5, 0.4, None, 0.3]) == (1, pytest.approx(0.5))


def test_the_learning_rate_falls_to_its_least_and_no_further(tmp_path):
    plateau = ResumableReduceLROnPlateau(
        str(tmp_path), monitor="score", mode="max", factor=0.1, patience=1, min_lr=0.05
    )
    assert fit_with(plateau, tmp_path, [0.5, 0.4, 0.3, 0.2]) == (4, pytest.approx(0.05))


@pytest.mark.parametrize(
    ("like_torch", "values", "rate"),
    [
        # The third value without progress reduces where the patience is 2, as does Keras' second.
        (True, [0.5, 0.4, 0.4], 1.0),
        (True, [0.5, 0.4, 0.4, 0.4], 0.5),
        (False, [0.5, 0.4, 0.4], 0.5),
        # 0.01 is surpassed by a ten-thousandth of itself, but not by a ten-thousandth.
        (True, [0.01, 0.0100011, 0.01, 0.01], 1.0),
        (True, [0.01, 0.0100009, 0.01, 0.01], 0.5),
        (False, [0.01, 0.010009, 0.01], 0.5),
    ],
)
def test_a_plateau_as_pytorch_counts_it(tmp_path, like_torch, values, rate):
    plateau = ResumableReduceLROnPlateau(str(tmp_path), like_torch, monitor="score", mode="max", factor=0.5, patience=2)
    assert fit_with(plateau, tmp_path, values)[1] == pytest.approx(rate)


class TwoScores(keras.callbacks.Callback):
    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        if self.values[epoch]:
            logs["hits"], logs["gain"] = self.values[epoch]


@pytest.mark.parametrize(
    ("values", "epochs"),
    [
        # Each is better than the one before in one of the two, so that it goes on.
        ([(0.5, 0.1), (0.4, 0.2), (0.5, 0.1), (0.4, 0.2)], 4),
        # The second validation is the last with progress; two without it follow. Epochs in between do not count.
        ([(0.4, 0.1), None, (0.5, 0.1), None, (0.5, 0.1), None, (0.2, 0.1), (0.9, 0.9)], 7),
    ],
)
def test_stops_where_none_of_several_metrics_gets_better(tmp_path, values, epochs):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    stop = ResumableStop(str(tmp_path), ("hits", "gain"), patience=2)
    rows = np.ones((2, 1))
    done = model.fit(rows, rows, epochs=len(values), callbacks=[TwoScores(values), stop], verbose=0).epoch
    assert len(done) == epochs


def test_a_stop_goes_on_counting_after_an_interruption(tmp_path):
    def stop():
        return ResumableStop(str(tmp_path), ("score",), patience=2)

    scores = [0.5, 0.4, 0.3, 0.2]
    assert fit_with(stop(), tmp_path, scores, die_at=2)[0] == 2
    assert fit_with(stop(), tmp_path, scores)[0] == 1


class Measured(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_ndcg_at_5_search"] = 0.25
        if epoch == 1:
            self.model.optimizer.learning_rate.assign(0.25)


def lines_of(caplog, epochs, *callbacks):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    with caplog.at_level(logging.INFO):
        # The model says 0 where 2 is wanted: the loss of the first epoch's only step is 4.
        model.fit(
            np.zeros((1, 1)), np.full((1, 1), 2.0), epochs=epochs, verbose=0, callbacks=[*callbacks, EpochLines()]
        )
    # Other libraries may speak, too, once something has opened their loggers.
    own = [record.getMessage() for record in caplog.records if record.name == EpochLines.__module__]
    return [re.sub(r"(?<=, )\d+ s", "_ s", line) for line in own]


def test_each_epoch_has_a_line_and_a_new_learning_rate_is_told(caplog):
    first, second, third = lines_of(caplog, 3, Measured())
    assert first == "Epoch 1/3: loss 4.00, NDCG@5 search 0.2500, _ s"
    assert second.startswith("Epoch 2/3: loss ") and second.endswith(", _ s, learning rate 0.25")
    assert third.endswith(", _ s")


def test_without_validation_it_says_so(caplog):
    assert lines_of(caplog, 1) == ["Epoch 1/1: loss 4.00, NDCG@5 not measured, _ s"]


def fit_at_rate(rate, targets, epochs=1):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(np.ones((4, 1)), np.full((4, 1), targets), epochs=epochs, verbose=0, callbacks=[FiniteLoss()])


def test_a_finite_loss_goes_on():
    fit_at_rate(0.1, 2.0, epochs=2)


def test_a_loss_that_is_no_number_ends_the_training():
    with pytest.raises(DivergedError) as caught:
        fit_at_rate(0.5, np.nan, epochs=3)
    assert str(caught.value) == (
        "the loss is nan in epoch 1. Lower `learning_rate` (now 0.5), or set `clip_norm`, to 1 for example, where this "
        "training is set."
    )


def test_steps_are_told_and_from_the_second_epoch_on_their_number():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    heard = []

    def rows(count):
        for _ in range(count):
            yield np.zeros((1, 1)), np.zeros((1, 1))

    signature = (tf.TensorSpec((1, 1)), tf.TensorSpec((1, 1)))
    # The number of batches is not known before they were all read.
    train = tf.data.Dataset.from_generator(lambda: rows(3), output_signature=signature)
    validation = tf.data.Dataset.from_generator(lambda: rows(2), output_signature=signature)
    with heard_by(lambda progress, steps: heard.append((progress.what, progress.total, steps))):
        model.fit(train, validation_data=validation, epochs=2, verbose=0, callbacks=[TrainingProgress()])
    assert heard == [
        *[("epoch 1 of 2, steps", None, 1)] * 3,
        *[("epoch 1 of 2, validation steps", None, 1)] * 2,
        *[("epoch 2 of 2, steps", 3, 1)] * 3,
        *[("epoch 2 of 2, validation steps", 2, 1)] * 2,
    ]


def test_the_progress_of_one_of_several_trainings_says_which():
    heard, callback = [], TrainingProgress("trial 3 of 20")
    callback.set_params({"epochs": 2, "steps": None})
    callback.on_train_begin()
    callback.on_epoch_begin(1)
    with heard_by(lambda progress, steps: heard.append(progress.what)):
        callback.on_train_batch_end(0)
        callback.on_test_batch_end(0)
    assert heard == ["trial 3 of 20, epoch 2 of 2, steps", "trial 3 of 20, epoch 2 of 2, validation steps"]
