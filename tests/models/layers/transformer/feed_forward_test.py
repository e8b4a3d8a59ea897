import numpy as np

from models.layers.transformer.feed_forward import FeedForward
from tests.support.layer_case import TOKENS, run_layer_test


def test_layer_contract():
    run_layer_test(FeedForward, {"dropout": 0.5}, {"inputs": TOKENS}, (2, 3, 4), trainable_weights=6)


def test_each_position_is_transformed_by_itself():
    layer = FeedForward()
    np.testing.assert_allclose(layer(TOKENS)[:, 1:2], layer(TOKENS[:, 1:2]), rtol=1e-5, atol=1e-6)
