from models.layers.transformer.transformer_encoder_block import TransformerEncoderBlock
from tests.support.layer_case import TOKEN_MASK, TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"inputs": TOKENS, "token_mask": TOKEN_MASK}
    arguments = {"num_heads": 2, "dropout": 0.1}
    run_layer_test(TransformerEncoderBlock, arguments, inputs, (2, 3, 4), trainable_weights=12)
