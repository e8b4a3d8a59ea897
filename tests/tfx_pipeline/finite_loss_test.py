import keras
import numpy as np
import pytest

from tfx_pipeline.finite_loss import DivergedError, FiniteLoss


def fit(rate, targets, epochs=1):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(np.ones((4, 1)), np.full((4, 1), targets), epochs=epochs, verbose=0, callbacks=[FiniteLoss()])


def test_a_finite_loss_goes_on():
    fit(0.1, 2.0, epochs=2)


def test_a_loss_that_is_no_number_ends_the_training():
    with pytest.raises(DivergedError) as caught:
        fit(0.5, np.nan, epochs=3)
    assert str(caught.value) == (
        "the loss is nan in epoch 1. Lower `learning_rate` (now 0.5), or set `clip_norm`, to 1 for example, where this "
        "training is set."
    )
