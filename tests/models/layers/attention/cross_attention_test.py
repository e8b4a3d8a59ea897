import numpy as np
import pytest

from models.layers.attention.cross_attention import CrossAttention
from tests.support.layer_case import run_layer_test

RANDOM = np.random.default_rng(0)
TOKENS = RANDOM.normal(size=(2, 3, 4)).astype("float32")
MEMORY = RANDOM.normal(size=(2, 5, 4)).astype("float32")


def test_layer_contract():
    mask = np.array([[True, True, False, True, False], [False] * 5])
    inputs = {"inputs": TOKENS, "memory": MEMORY, "memory_mask": mask}
    run_layer_test(CrossAttention, {"num_heads": 2}, inputs, (2, 3, 4), trainable_weights=6)


def test_masking_memory_equals_deleting_it():
    layer = CrossAttention(2)
    masked = layer(TOKENS, MEMORY, np.array([[True, False, True, False, False]] * 2))
    deleted = layer(TOKENS, MEMORY[:, [0, 2]], np.ones((2, 2), bool))
    np.testing.assert_allclose(masked, deleted, rtol=1e-5, atol=1e-6)


def test_an_empty_memory_gives_the_output_bias():
    layer = CrossAttention(2)
    layer.build((None, None, 4))
    layer.output_projection.bias.assign([1.0, 2.0, 3.0, 4.0])
    result = layer(TOKENS, MEMORY, np.zeros((2, 5), bool))
    np.testing.assert_array_equal(result, np.broadcast_to([1.0, 2.0, 3.0, 4.0], (2, 3, 4)))


def test_refuses_heads_that_do_not_divide():
    with pytest.raises(ValueError, match="`num_heads` should divide the input's width. Received: num_heads=3, width=4"):
        CrossAttention(3).build((None, None, 4))
