import numpy as np

from models.layers.fast.projection import Projection
from tests.support.layer_case import TOKENS, run_layer_test


def test_layer_contract():
    run_layer_test(Projection, {"units": 5, "activation": "tanh"}, {"inputs": TOKENS}, (2, 3, 5), trainable_weights=2)


def test_projects_the_last_axis():
    layer = Projection(1)
    layer.build((None, None, 2))
    layer.kernel.assign([[2.0], [3.0]])
    layer.bias.assign([1.0])
    # 2·1 + 3·10 + 1 and 2·0 + 3·1 + 1
    np.testing.assert_allclose(layer(np.array([[[1.0, 10.0], [0.0, 1.0]]])), [[[33.0], [4.0]]])


def test_without_bias_zero_stays_zero_and_an_empty_batch_empty():
    layer = Projection(3, use_bias=False)
    np.testing.assert_array_equal(layer(np.zeros((2, 4))), np.zeros((2, 3)))
    assert len(layer.weights) == 1
    assert Projection(3)(np.zeros((0, 2, 4), "float32")).shape == (0, 2, 3)
