import numpy as np

from models.layers.transformer_decoder_block import TransformerDecoderBlock
from tests.support.layer_case import run_layer_test

RANDOM = np.random.default_rng(0)
TOKENS = RANDOM.normal(size=(2, 3, 4)).astype("float32")
MEMORY = RANDOM.normal(size=(2, 5, 4)).astype("float32")


def test_layer_contract():
    inputs = {
        "inputs": TOKENS,
        "memory": MEMORY,
        "token_mask": np.array([[True, True, False], [False] * 3]),
        "memory_mask": np.array([[True, False, True, True, False], [False] * 5]),
    }
    run_layer_test(TransformerDecoderBlock, {"num_heads": 2, "dropout": 0.1}, inputs, (2, 3, 4), trainable_weights=20)


def test_masking_equals_deleting_on_both_sides():
    layer = TransformerDecoderBlock(2)
    masked = layer(
        TOKENS, MEMORY, np.array([[True, False, True]] * 2), np.array([[False, True, True, False, False]] * 2)
    )
    deleted = layer(TOKENS[:, [0, 2]], MEMORY[:, [1, 2]], np.ones((2, 2), bool), np.ones((2, 2), bool))
    np.testing.assert_allclose(masked.numpy()[:, [0, 2]], deleted, rtol=1e-5, atol=1e-6)


def test_the_memory_matters():
    layer = TransformerDecoderBlock(2)
    mask, memory_mask = np.ones((2, 3), bool), np.ones((2, 5), bool)
    assert np.abs(layer(TOKENS, MEMORY, mask, memory_mask) - layer(TOKENS, -MEMORY, mask, memory_mask)).max() > 1e-3
