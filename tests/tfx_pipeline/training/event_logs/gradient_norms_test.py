"""The norms are those of the gradients that the optimizer gets, of the steps that were asked for; nothing changes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tests.support import small_models
from tfx_pipeline.training.event_logs.gradient_norms import watched_gradients


class Linear(keras.Model):
    """A loss whose gradient of the kernel is the sum of the rows, and of a table's row how often it is looked up."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, use_bias=False, name="dense")
        self.table = keras.layers.Embedding(40, 1, name="table")
        self.unused = self.add_weight(name="unused", shape=(), initializer="zeros")

    def call(self, inputs, training=False):
        return self.dense(inputs["x"])[:, 0] + self.table(inputs["row"])[:, 0]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.sum(y_pred)


def step(*rows):
    values = np.array(rows, "float32")
    return {"x": tf.constant(values[:, :2]), "row": tf.constant(values[:, 2].astype("int32"))}


STEPS = [
    step([1, 0, 0], [1, 0, 0]),
    # (3, 4), and row 7 of the table twice.
    step([1, 4, 7], [2, 0, 7]),
    step([9, 9, 9], [9, 9, 9]),
]


def norms_after(steps, optimizer=None, asked=2):
    model = Linear()
    model(STEPS[0])
    model.compile(optimizer or keras.optimizers.SGD(0.5))
    before = [np.array(each) for each in model.trainable_weights]
    # Keras takes pairs; nothing here reads labels.
    data = tf.data.Dataset.from_generator(
        lambda: ((each, 0.0) for each in STEPS[:steps]),
        output_signature=({"x": tf.TensorSpec((None, 2)), "row": tf.TensorSpec((None,), tf.int32)}, tf.TensorSpec(())),
    )
    with watched_gradients(model) as norms:
        ask = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda place, logs: norms.ask(place + 1 == asked))
        model.fit(data, callbacks=[ask], verbose=0)
    moved = [np.array(new) - old for new, old in zip(model.trainable_weights, before, strict=True)]
    return norms.by_layer(), {weight.path: each for weight, each in zip(model.trainable_weights, moved, strict=True)}


def test_they_are_of_the_steps_asked_for_and_rows_looked_up_twice_are_added_up():
    for steps in (2, 3):
        found, _ = norms_after(steps)
        assert found == pytest.approx({"all": 29**0.5, "dense": 5.0, "table": 2.0, "unused": 0.0})
    assert norms_after(1)[0] == {"all": 0.0, "dense": 0.0, "table": 0.0, "unused": 0.0}


def test_the_weights_move_as_without_it():
    _, moved = norms_after(2)
    (kernel,) = (each for path, each in moved.items() if "dense" in path)
    np.testing.assert_allclose(kernel[:, 0], [-0.5 * (2 + 3), -0.5 * 4], rtol=1e-6)


@pytest.mark.parametrize(
    "optimizer",
    [
        # Before clipping: that of the loss itself.
        lambda: keras.optimizers.SGD(0.5, global_clipnorm=0.1),
        # Of mixed precision, without its scale of 2^15.
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5)),
    ],
)
def test_clipping_and_the_scale_of_mixed_precision_do_not_count(optimizer):
    assert norms_after(2, optimizer())[0]["dense"] == pytest.approx(5.0, rel=1e-5)


def test_it_ends_with_its_context():
    model = small_models.unifiedssr()
    model.compile(keras.optimizers.SGD(0.0))
    with watched_gradients(model):
        assert "apply" in vars(model.optimizer)
    assert "apply" not in vars(model.optimizer) and model.train_function is None


@pytest.mark.parametrize("make", [small_models.unisar, small_models.unifiedssr])
def test_both_models_have_them_by_layer(make):
    model = make()
    model.compile(keras.optimizers.SGD(0.0))
    with watched_gradients(model) as norms:
        norms.ask(True)
        model.fit(tf.data.Dataset.from_tensors(small_models.joint()), verbose=0)
    found = norms.by_layer()
    layers = {name: each for name, each in found.items() if name != "all"}
    assert "embedding" in layers and len(layers) > 1 and min(found["all"], layers["embedding"]) > 0
    assert found["all"] == pytest.approx(sum(each**2 for each in layers.values()) ** 0.5, rel=1e-5)
