from models.unisar.transition_fusion import TransitionFusion
from tests.support.layer_case import TOKEN_MASK, TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"within": TOKENS, "across": TOKENS[:, ::-1], "token_mask": TOKEN_MASK}
    arguments = {"num_layers": 2, "num_heads": 2, "dropout": 0.1}
    run_layer_test(TransitionFusion, arguments, inputs, (2, 3, 4), trainable_weights=40)
