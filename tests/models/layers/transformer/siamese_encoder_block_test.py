import numpy as np

from models.layers.fast.layer_norm import LayerNorm
from models.layers.transformer.siamese_encoder_block import SiameseEncoderBlock
from tests.support.layer_case import MEMORY, MEMORY_MASK, RANDOM, TOKEN_MASK, TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"inputs": TOKENS, "memory": MEMORY, "token_mask": TOKEN_MASK, "memory_mask": MEMORY_MASK}
    arguments = {"num_heads": 2, "hidden_dim": 6, "dropout": 0.1}
    run_layer_test(SiameseEncoderBlock, arguments, inputs, (2, 3, 4), trainable_weights=20)


def test_each_sub_layer_is_added_to_what_it_was_given():
    block = SiameseEncoderBlock(2, 6)
    everything = np.ones((2, 3), bool)
    block.build(TOKENS.shape)
    for norm in (block.self_norm, block.cross_norm, block.feed_forward_norm):
        norm.offset.assign(RANDOM.normal(size=4))
    own = TOKENS + block.self_attention(_normalized(block.self_norm, TOKENS), everything)
    both = own + block.cross_attention(_normalized(block.cross_norm, own), MEMORY, np.ones((2, 5), bool))
    hidden = np.maximum(block.inner(_normalized(block.feed_forward_norm, both)), 0)
    expected = both + block.outer(hidden)
    np.testing.assert_allclose(block(TOKENS, MEMORY, everything, np.ones((2, 5), bool)), expected, atol=1e-5)


def _normalized(norm: LayerNorm, tokens):
    tokens = np.asarray(tokens)
    centered = tokens - tokens.mean(axis=-1, keepdims=True)
    return centered / np.sqrt(centered.var(axis=-1, keepdims=True) + 1e-5) * norm.scale.numpy() + norm.offset.numpy()
