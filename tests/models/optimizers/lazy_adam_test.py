import keras
import numpy as np
import pytest
import tensorflow as tf

from models.optimizers.lazy_adam import LazyAdam

RATE, BETA_1, BETA_2, EPSILON = 0.1, 0.9, 0.999, 1e-7


class Table(keras.Model):
    """Looks up rows of a table, and adds a bias of which every step has a dense gradient."""

    def __init__(self, rows):
        super().__init__()
        self.table = self.add_weight(name="table", shape=(rows, 2), initializer="ones")
        self.bias = self.add_weight(name="bias", shape=(2,), initializer="zeros")

    def call(self, ids):
        return keras.ops.sum(keras.ops.take(self.table, ids, axis=0), axis=1) + self.bias


def trained(optimizer, steps, rows=5):
    model = Table(rows)
    model.compile(optimizer=optimizer, loss="mse")
    for ids in steps:
        model.train_on_batch(np.array([ids]), np.array([[3.0, -1.0]]))
    return model


@pytest.mark.parametrize("amsgrad", [False, True])
def test_one_step_equals_stock_adam(amsgrad):
    lazy, stock = (
        trained(optimizer(RATE, amsgrad=amsgrad), [[1, 3]]) for optimizer in (LazyAdam, keras.optimizers.Adam)
    )
    for ours, theirs in zip(lazy.weights, stock.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("rows", [5, 500])  # Each size has a way of its own to find the distinct rows.
def test_what_several_lookups_of_a_row_say_is_added_up_first(rows):
    # Adam's first step is the learning rate, whatever the gradient. Stock Keras squares each lookup's part for itself
    # and moves by sqrt(2) times that.
    table = trained(LazyAdam(RATE), [[1, 3, 1, 3]], rows).table.numpy()
    expected = np.ones((rows, 2))
    expected[[1, 3]] = [1 - RATE, 1 - RATE]
    np.testing.assert_allclose(table, expected, rtol=1e-4)


def test_a_row_rests_unless_it_is_looked_up_and_its_moments_count_its_own_lookups():
    optimizer = LazyAdam(RATE)
    variable = keras.Variable(np.ones((3, 1), "float32"))
    optimizer.build([variable])
    gradients = [(0, 2.0), (1, 5.0), (0, -1.0)]
    for row, gradient in gradients:
        optimizer.apply([tf.IndexedSlices(tf.constant([[gradient]]), tf.constant([row]), tf.constant([3, 1]))])
    momentum = velocity = 0.0
    expected = 1.0
    for step, gradient in ((1, 2.0), (3, -1.0)):
        momentum = BETA_1 * momentum + (1 - BETA_1) * gradient
        velocity = BETA_2 * velocity + (1 - BETA_2) * gradient**2
        correction = np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)
        expected -= RATE * correction * momentum / (np.sqrt(velocity) + EPSILON)
    assert float(variable.numpy()[0, 0]) == pytest.approx(expected, rel=1e-4)
    assert float(variable.numpy()[2, 0]) == 1.0


def test_configuration():
    optimizer = LazyAdam(0.25, global_clipnorm=2.0)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, LazyAdam)
    assert again.get_config() == optimizer.get_config()
