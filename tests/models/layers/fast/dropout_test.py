import numpy as np
import pytest

from models.layers.fast.dropout import Dropout
from tests.support.layer_case import run_layer_test

ONES = np.ones((400, 6), "float32")


def test_layer_contract():
    run_layer_test(Dropout, {"rate": 0.5}, {"inputs": ONES[:2]}, (2, 6), trainable_weights=0)


def test_drops_the_share_asked_for_and_keeps_the_expected_value():
    dropped = np.asarray(Dropout(0.25)(ONES, training=True))
    kept = dropped > 0
    np.testing.assert_allclose(dropped[kept], 1 / 0.75, rtol=1e-6)
    # 2,400 entries: the share dropped has a standard deviation of 0.009.
    assert abs((~kept).mean() - 0.25) < 0.06
    # Every column is dropped by itself.
    assert len({tuple(column) for column in kept.T}) == 6


def test_each_step_drops_anew_and_nothing_outside_training_or_at_rate_zero():
    layer = Dropout(0.5)
    assert np.any(np.asarray(layer(ONES, training=True)) != np.asarray(layer(ONES, training=True)))
    np.testing.assert_array_equal(Dropout(0.9)(ONES), ONES)
    np.testing.assert_array_equal(Dropout(0.0)(ONES, training=True), ONES)


def test_refuses_a_rate_of_one():
    with pytest.raises(ValueError, match=r"`rate` should lie in \[0, 1\). Received: rate=1.0"):
        Dropout(1.0)
