from models.layers.attention.self_attention import SelfAttention
from tests.support.layer_case import TOKEN_MASK, TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"inputs": TOKENS, "token_mask": TOKEN_MASK}
    run_layer_test(SelfAttention, {"num_heads": 2}, inputs, (2, 3, 4), trainable_weights=4)
