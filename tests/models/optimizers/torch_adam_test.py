"""Steps as PyTorch's documentation of Adam has them; `tests/parity/training_test.py` compares with PyTorch itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.optimizers.torch_adam import TorchAdam

RATE, BETA_1, BETA_2, EPSILON = 0.1, 0.9, 0.999, 1e-8


def variable(values, name="kernel"):
    return keras.Variable(np.array(values, "float32"), name=name)


def torch_steps(weight, gradients, l2=0.0, epsilon=EPSILON):
    momentum = velocity = 0.0
    for step, gradient in enumerate(gradients, 1):
        gradient += l2 * weight
        momentum = BETA_1 * momentum + (1 - BETA_1) * gradient
        velocity = BETA_2 * velocity + (1 - BETA_2) * gradient**2
        corrected = np.sqrt(velocity / (1 - BETA_2**step))
        weight -= RATE * momentum / (1 - BETA_1**step) / (corrected + epsilon)
    return weight


@pytest.mark.parametrize(("l2", "epsilon"), [(0.0, 1e-8), (0.5, 1e-8), (0.5, 0.25)])
def test_steps_are_those_of_torch(l2, epsilon):
    weight, optimizer = variable([2.0]), TorchAdam(RATE, epsilon=epsilon, l2=l2)
    optimizer.build([weight])
    gradients = [3.0, -1.0, 0.25]
    for gradient in gradients:
        optimizer.apply([np.array([gradient], "float32")])
    assert float(weight[0]) == pytest.approx(torch_steps(2.0, gradients, l2, epsilon), rel=1e-5)


def test_epsilon_is_added_to_the_corrected_moment():
    # The first step is rate · g / (|g| + epsilon), which is half a step where both are alike. Stock Keras adds epsilon
    # to sqrt(1 - beta_2) · |g| and makes about a thirtieth of a step.
    moved = {}
    for optimizer in (TorchAdam(RATE, epsilon=1e-3), keras.optimizers.Adam(RATE, epsilon=1e-3)):
        weight = variable([0.0])
        optimizer.build([weight])
        optimizer.apply([np.array([1e-3], "float32")])
        moved[type(optimizer)] = -float(weight[0])
    assert moved[TorchAdam] == pytest.approx(RATE / 2, rel=1e-4)
    assert moved[keras.optimizers.Adam] < RATE / 25


def test_biases_have_no_l2():
    names = ("kernel", "bias", "offset", "scale", "gate_bias", "offset_kernel")
    weights, optimizer = [variable([1.0], name) for name in names], TorchAdam(RATE, l2=0.5)
    optimizer.build(weights)
    optimizer.apply([np.array([0.0], "float32")] * len(names))
    # With no gradient but L2's, the first step is the whole rate; without, there is none.
    moved = {name: 1 - float(weight[0]) for name, weight in zip(names, weights, strict=True)}
    expected = {"kernel": RATE, "bias": 0.0, "offset": 0.0, "scale": RATE, "gate_bias": 0.0, "offset_kernel": RATE}
    assert moved == pytest.approx(expected, abs=1e-6)


def test_lookups_of_one_row_are_added_up_and_all_rows_decay():
    table, optimizer = variable([[2.0], [2.0], [2.0]]), TorchAdam(RATE, l2=0.5)
    optimizer.build([table])
    for values, rows in (([3.0, -2.5], [0, 0]), ([1.0], [1])):
        slices = tf.IndexedSlices(tf.constant([[each] for each in values]), tf.constant(rows), tf.constant([3, 1]))
        optimizer.apply([slices])
    expected = [torch_steps(2.0, gradients, l2=0.5) for gradients in ([0.5, 0.0], [0.0, 1.0], [0.0, 0.0])]
    np.testing.assert_allclose(table.numpy()[:, 0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"l2": -1.0}, "`l2` should be at least 0. Received: l2=-1.0"),
        ({"amsgrad": True}, "TorchAdam has no `amsgrad`. Received: amsgrad=True"),
        ({"weight_decay": 0.1}, "TorchAdam has no `weight_decay`. Received: weight_decay=0.1"),
    ],
)
def test_refuses_what_it_does_not_compute(settings, message):
    with pytest.raises(ValueError, match=message):
        TorchAdam(RATE, **settings)


def test_configuration():
    optimizer = TorchAdam(0.25, l2=0.5, without_l2=["bias"])
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, TorchAdam)
    assert (again.get_config(), again.l2, again.without_l2) == (optimizer.get_config(), 0.5, ("bias",))
