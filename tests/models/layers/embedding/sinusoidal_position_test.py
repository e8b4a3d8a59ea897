import math

import numpy as np
import pytest

from models.layers.embedding.sinusoidal_position import SinusoidalPosition
from tests.support.layer_case import TOKENS, run_layer_test


def test_layer_contract():
    run_layer_test(SinusoidalPosition, {}, {"inputs": TOKENS}, (2, 3, 4), trainable_weights=0)


def test_adds_a_sine_and_a_cosine_for_each_wave():
    added = SinusoidalPosition()(TOKENS) - TOKENS
    # Place 2, dim 4: the waves are 1 and 1 / 100.
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    np.testing.assert_allclose(added[0, 2], expected, atol=1e-6)
    np.testing.assert_allclose(added[1, 0], [0, 1, 0, 1], atol=1e-6)


def test_refuses_odd_widths():
    with pytest.raises(ValueError, match="The input's width should be even. Received: width=3"):
        SinusoidalPosition().build((None, None, 3))
