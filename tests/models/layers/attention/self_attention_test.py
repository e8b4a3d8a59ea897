import numpy as np
import pytest

from models.layers.attention.self_attention import SelfAttention
from tests.support.layer_case import run_layer_test

TOKENS = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


def test_layer_contract():
    mask = np.array([[True, True, False], [False, False, False]])
    run_layer_test(
        SelfAttention, {"num_heads": 2}, {"inputs": TOKENS, "token_mask": mask}, (2, 3, 4), trainable_weights=4
    )


def test_masking_a_token_equals_deleting_it():
    layer = SelfAttention(2)
    masked = layer(TOKENS, np.array([[True, False, True]] * 2))
    deleted = layer(TOKENS[:, [0, 2]], np.ones((2, 2), bool))
    np.testing.assert_allclose(masked.numpy()[:, [0, 2]], deleted, rtol=1e-5, atol=1e-6)


def test_refuses_heads_that_do_not_divide():
    with pytest.raises(ValueError, match="`num_heads` should divide the input's width. Received: num_heads=3, width=4"):
        SelfAttention(3).build((None, None, 4))
