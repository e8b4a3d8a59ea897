import numpy as np

from models.layers.transformer.residual_norm import ResidualNorm
from tests.support.layer_case import run_layer_test


def test_layer_contract():
    random = np.random.default_rng(0)
    inputs, update = random.normal(size=(2, 2, 3, 4)).astype("float32")
    run_layer_test(ResidualNorm, {"dropout": 0.5}, {"inputs": inputs, "update": update}, (2, 3, 4), trainable_weights=2)


def test_normalizes_the_sum():
    result = ResidualNorm()(np.array([[0.0, 1.0]], "float32"), np.array([[1.0, 4.0]], "float32"))
    # The sum is (1, 5): mean 3, standard deviation 2.
    np.testing.assert_allclose(result, [[-1.0, 1.0]], atol=1e-5)


def test_drops_the_update_only_in_training():
    layer = ResidualNorm(dropout=0.9)
    inputs, update = np.zeros((50, 4), "float32"), np.tile(np.arange(4.0, dtype="float32"), (50, 1))
    assert np.ptp(layer(inputs, update).numpy(), axis=0).max() < 1e-5
    assert np.ptp(layer(inputs, update, training=True).numpy(), axis=0).max() > 0.1
