import keras
import numpy as np
import pytest

from models.optimizers.noam import Noam


def test_rises_in_a_line_then_falls_with_the_root():
    schedule = Noam(dim=16, factor=2.0, warmup_steps=4)
    # 2 / sqrt(16) = 0.5. Warming up: 0.5 · step / 4^1.5; then 0.5 / sqrt(step). Keras counts steps from 0.
    expected = [0.5 * 1 / 8, 0.5 * 2 / 8, 0.5 * 3 / 8, 0.5 / 2, 0.5 / 5**0.5, 0.5 / 6**0.5]
    np.testing.assert_allclose([float(schedule(step)) for step in range(6)], expected, rtol=1e-5)


def test_an_optimizer_follows_it_and_saves_it():
    optimizer = keras.optimizers.Adam(Noam(dim=16, warmup_steps=4))
    optimizer.build([keras.Variable(np.ones(2, "float32"))])
    optimizer.apply([np.ones(2, "float32")])
    np.testing.assert_allclose(float(optimizer.learning_rate), 0.25 * 2 / 8, rtol=1e-5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()


def test_refuses_no_warm_up():
    with pytest.raises(ValueError, match="`warmup_steps` should be at least 1. Received: warmup_steps=0"):
        Noam(dim=4, warmup_steps=0)
