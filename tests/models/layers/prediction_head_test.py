import numpy as np

from models.layers.prediction_head import PredictionHead
from tests.support.layer_case import TOKENS, run_layer_test


def test_layer_contract():
    run_layer_test(PredictionHead, {"units": [6, 5], "dropout": 0.1}, {"inputs": TOKENS}, (2, 3), trainable_weights=6)


def test_dense_and_relu_then_one_number():
    head = PredictionHead([2])
    head.build((None, 1))
    head.hidden[0].kernel.assign([[1.0, -1.0]])
    head.logit.kernel.assign([[10.0], [100.0]])
    head.logit.bias.assign([0.5])
    # 3 gives hidden (3, 0), -2 gives (0, 2).
    np.testing.assert_allclose(head(np.array([[[3.0], [-2.0]]])), [[30.5, 200.5]])
