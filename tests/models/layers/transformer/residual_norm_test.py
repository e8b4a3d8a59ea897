import numpy as np

from models.layers.transformer.residual_norm import ResidualNorm
from tests.support.layer_case import TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"inputs": TOKENS, "update": TOKENS[::-1]}
    run_layer_test(ResidualNorm, {"dropout": 0.5}, inputs, (2, 3, 4), trainable_weights=2)


def test_drops_the_update_only_in_training():
    layer = ResidualNorm(dropout=0.9)
    inputs, update = np.zeros((50, 4), "float32"), np.tile(np.arange(4.0, dtype="float32"), (50, 1))
    assert np.ptp(layer(inputs, update).numpy(), axis=0).max() < 1e-5
    assert np.ptp(layer(inputs, update, training=True).numpy(), axis=0).max() > 0.1
