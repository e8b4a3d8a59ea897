import numpy as np

from models.layers.transformer.transformer_decoder_block import TransformerDecoderBlock
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


def test_the_memory_is_a_set_and_its_content_counts():
    """No position is added to it: its order changes nothing, a token that stands twice weighs twice."""
    layer = TransformerDecoderBlock(2)

    def fused(memory):
        return layer(TOKENS, memory, np.ones((2, 3), bool), np.ones(memory.shape[:2], bool)).numpy()

    np.testing.assert_allclose(fused(MEMORY[:, ::-1]), fused(MEMORY), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fused(np.repeat(MEMORY, 2, axis=1)), fused(MEMORY), rtol=1e-5, atol=1e-6)
    one, twice = fused(MEMORY[:, :2]), fused(MEMORY[:, [0, 1, 1]])
    assert np.abs(one - twice).max() > 0.01 * np.abs(one - fused(MEMORY[:, 1:2])).max() > 0
