import numpy as np

from models.unisar.transition_fusion import TransitionFusion
from tests.support.layer_case import run_layer_test

RANDOM = np.random.default_rng(0)


def test_layer_contract():
    within, across = RANDOM.normal(size=(2, 2, 3, 4)).astype("float32")
    inputs = {"within": within, "across": across, "token_mask": np.array([[True, True, False], [False] * 3])}
    arguments = {"num_layers": 2, "num_heads": 2, "dropout": 0.1}
    run_layer_test(TransitionFusion, arguments, inputs, (2, 3, 4), trainable_weights=40)


def test_what_padding_holds_does_not_matter():
    fusion = TransitionFusion(num_layers=2, num_heads=2)
    within, across = RANDOM.normal(size=(2, 1, 3, 4)).astype("float32")
    mask = np.array([[True, True, False]])
    before = fusion(within, across, mask).numpy()[:, :2]
    within[:, 2], across[:, 2] = 50.0, -50.0
    np.testing.assert_allclose(fusion(within, across, mask).numpy()[:, :2], before, rtol=1e-5, atol=1e-6)
