import numpy as np

from models.layers.transformer.transformer_encoder_block import TransformerEncoderBlock
from tests.support.layer_case import run_layer_test

TOKENS = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


def test_layer_contract():
    mask = np.array([[True, True, False], [False, False, False]])
    inputs = {"inputs": TOKENS, "token_mask": mask}
    run_layer_test(TransformerEncoderBlock, {"num_heads": 2, "dropout": 0.1}, inputs, (2, 3, 4), trainable_weights=12)


def test_masking_equals_deleting_and_padding_length_does_not_matter():
    layer = TransformerEncoderBlock(2)
    deleted = layer(TOKENS[:, [0, 2]], np.ones((2, 2), bool))
    masked = layer(TOKENS, np.array([[True, False, True]] * 2))
    np.testing.assert_allclose(masked.numpy()[:, [0, 2]], deleted, rtol=1e-5, atol=1e-6)
    longer = np.concatenate([TOKENS[:, [0, 2]], np.full((2, 5, 4), 3.0, "float32")], axis=1)
    padded = layer(longer, np.arange(7)[None] < np.array([[2], [2]]))
    np.testing.assert_allclose(padded.numpy()[:, :2], deleted, rtol=1e-5, atol=1e-6)
