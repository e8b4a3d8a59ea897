import numpy as np

from models.layers.transformer.transformer_decoder_block import TransformerDecoderBlock
from tests.support.layer_case import MEMORY, MEMORY_MASK, TOKEN_MASK, TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"inputs": TOKENS, "memory": MEMORY, "token_mask": TOKEN_MASK, "memory_mask": MEMORY_MASK}
    arguments = {"num_heads": 2, "dropout": 0.1}
    run_layer_test(TransformerDecoderBlock, arguments, inputs, (2, 3, 4), trainable_weights=20)


def test_the_memory_is_a_set_and_its_content_counts():
    """No position is added to it: its order changes nothing, a token that stands twice weighs twice."""
    layer = TransformerDecoderBlock(2)

    def fused(memory):
        return layer(TOKENS, memory, np.ones((2, 3), bool), np.ones(memory.shape[:2], bool)).numpy()

    np.testing.assert_allclose(fused(MEMORY[:, ::-1]), fused(MEMORY), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fused(np.repeat(MEMORY, 2, axis=1)), fused(MEMORY), rtol=1e-5, atol=1e-6)
    one, twice = fused(MEMORY[:, :2]), fused(MEMORY[:, [0, 1, 1]])
    assert np.abs(one - twice).max() > 0.01 * np.abs(one - fused(MEMORY[:, 1:2])).max() > 0
