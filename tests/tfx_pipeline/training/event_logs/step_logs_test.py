import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support import small_models
from tests.support.event_logs import scalars_of
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.gradient_norms import watched_gradients
from tfx_pipeline.training.event_logs.step_logs import StepLogs

ROWS = ((6, 4), (3, 5), (2, 2), (8, 1), (5, 5))
"""Rows of recommendation and of search in the batches of an epoch."""


def batches():
    return [small_models.joint(*rows, seed=place) for place, rows in enumerate(ROWS)]


def dataset():
    spec = tf.nest.map_structure(lambda each: tf.TensorSpec([None, *each.shape[1:]], each.dtype), batches()[0])
    return tf.data.Dataset.from_generator(lambda: iter(batches()), output_signature=spec)


def fit(folder, model, epochs=2, every=2, validation=None):
    with watched_gradients(model) as norms:
        callback = StepLogs(EventWriters(str(folder)), norms, every)
        model.fit(dataset(), validation_data=validation, epochs=epochs, callbacks=[callback], verbose=0)
    return scalars_of(folder / "train")


@pytest.fixture
def model():
    """Without dropout and at a learning rate of 0, so that each batch has the same loss in each epoch."""
    model = small_models.unisar(dropout=0.0, query_item_contrast=False)
    model.compile(keras.optimizers.SGD(0.0))
    return model


def test_losses_are_means_since_the_last_time_within_their_epoch(tmp_path, model):
    losses = [float(model.compute_loss(x, y, model(x, training=True))) for x, y in batches()]
    rows = [sum(each) for each in ROWS]
    found = fit(tmp_path, model)["loss_by_step/total"]

    def mean(*places):
        return sum(losses[each] * rows[each] for each in places) / sum(rows[each] for each in places)

    wanted = [(2, mean(0, 1)), (4, mean(2, 3)), (6, mean(0)), (8, mean(1, 2)), (10, mean(3, 4))]
    assert [step for step, _ in found] == [step for step, _ in wanted]
    assert [loss for _, loss in found] == pytest.approx([loss for _, loss in wanted], rel=1e-4)


def test_its_parts_the_learning_rate_and_gradients_go_with_it(tmp_path, model):
    found = fit(tmp_path, model)
    by_step = {tag for tag in found if tag.split("/")[0].endswith("_by_step")}
    losses = {f"loss_by_step/{name}" for name in ("total", "click/recommendation", "click/search", "alignment")}
    speed = {"optimizer_by_step/learning_rate", "speed_by_step/examples_per_second"}
    gradients = {tag for tag in by_step if tag.startswith("gradient_norm_by_step/")}
    assert by_step == losses | speed | gradients
    assert {"gradient_norm_by_step/all", "gradient_norm_by_step/embedding"} <= gradients
    assert all([step for step, _ in found[tag]] == [2, 4, 6, 8, 10] for tag in by_step)
    # Of the very steps: of the second batch, the fourth, then the first of the next epoch.
    wanted = []
    for place in (1, 3, 0):
        _, gradients = small_models.loss_and_gradients(model, *batches()[place])
        wanted.append(sum(np.sum(each**2) for each in gradients.values() if each is not None) ** 0.5)
    norms = [norm for _, norm in found["gradient_norm_by_step/all"]]
    assert norms[:3] == pytest.approx(wanted, rel=1e-3) and len({round(norm, 4) for norm in norms}) == 5


def test_the_speed_is_that_of_steps_and_the_time_that_of_the_whole_epoch(tmp_path, model, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("tfx_pipeline.training.event_logs.step_logs.time.monotonic", lambda: clock[0])

    class Slow(keras.callbacks.Callback):
        """Steps take 2 seconds each, validation 30."""

        def on_train_batch_begin(self, batch, logs=None):
            clock[0] += 2

        def on_test_batch_begin(self, batch, logs=None):
            clock[0] += 30

    callbacks = [Slow(), StepLogs(EventWriters(str(tmp_path)), every=2)]
    validation = tf.data.Dataset.from_tensors(batches()[0])
    model.fit(dataset(), validation_data=validation, validation_freq=2, epochs=2, callbacks=callbacks, verbose=0)
    found = scalars_of(tmp_path / "train")
    # 41 rows in five steps; that the data is at its end shows in a sixth that is begun.
    assert found["speed/examples_per_second"] == [(1, pytest.approx(41 / 12)), (2, pytest.approx(41 / 12))]
    assert found["speed/seconds_per_epoch"] == [(1, 12.0), (2, 42.0)]
    # 10 + 8 rows in the first two steps; in the second epoch 10 rows in its first.
    by_step = dict(found["speed_by_step/examples_per_second"])
    assert by_step[2] == pytest.approx(18 / 4) and by_step[6] == pytest.approx(10 / 2)
    assert "gradient_norm_by_step/all" not in found
