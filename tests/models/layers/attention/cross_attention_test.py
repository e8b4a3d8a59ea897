import numpy as np
import pytest

from models.layers.attention.cross_attention import CrossAttention
from models.layers.attention.self_attention import SelfAttention
from models.layers.transformer.cross_kind_encoder_block import CrossKindEncoderBlock
from tests.support.layer_case import MEMORY, MEMORY_MASK, TOKENS, run_layer_test


def test_layer_contract():
    inputs = {"inputs": TOKENS, "memory": MEMORY, "memory_mask": MEMORY_MASK}
    run_layer_test(CrossAttention, {"num_heads": 2}, inputs, (2, 3, 4), trainable_weights=6)


def test_an_empty_memory_gives_the_output_bias():
    layer = CrossAttention(2)
    layer.build((None, None, 4))
    layer.output_projection.bias.assign([1.0, 2.0, 3.0, 4.0])
    result = layer(TOKENS, MEMORY, np.zeros((2, 5), bool))
    np.testing.assert_array_equal(result, np.broadcast_to([1.0, 2.0, 3.0, 4.0], (2, 3, 4)))


@pytest.mark.parametrize("layer_class", [CrossAttention, SelfAttention, CrossKindEncoderBlock])
def test_layers_with_heads_refuse_a_number_that_does_not_divide_the_width(layer_class):
    with pytest.raises(ValueError, match="`num_heads` should divide the input's width. Received: num_heads=3, width=4"):
        layer_class(3).build((None, None, 4))
