import keras
import numpy as np
import pytest
import tensorflow as tf

from models.layers.fast.packing import Flattening, Packing, padded, take_apart
from models.layers.transformer.cross_kind_encoder_block import CrossKindEncoderBlock
from models.layers.transformer.transformer_decoder_block import TransformerDecoderBlock
from models.layers.transformer.transformer_encoder_block import TransformerEncoderBlock

MASK = np.array([[True, True, False, False], [False, False, False, False], [True, True, True, True]])
NO_FIRST = np.array([[False, False, False, False], [True, False, False, False], [True, True, True, False]])
OTHER_MASK = np.array([[True, False, False], [True, True, False], [True, True, True]])
RANDOM = np.random.default_rng(0)
TOKENS = RANDOM.normal(size=(3, 4, 8)).astype("float32")
OTHERS = RANDOM.normal(size=(3, 3, 8)).astype("float32")


def test_real_tokens_lie_one_after_the_other():
    packing = Packing.of(MASK)
    assert packing.places.numpy().tolist() == [0, 1, 8, 9, 10, 11]
    assert packing.columns.numpy().tolist() == [0, 1, 0, 1, 2, 3]
    assert packing.real.numpy().all()
    np.testing.assert_array_equal(packing.pack(TOKENS), TOKENS[MASK])
    np.testing.assert_array_equal(padded(packing.pack(TOKENS), packing).numpy()[MASK], TOKENS[MASK])
    assert padded(TOKENS, MASK) is TOKENS


def test_the_first_place_is_stored_even_where_it_is_padding():
    packing = Packing.of(NO_FIRST)
    assert packing.places.numpy().tolist() == [0, 4, 8, 9, 10]
    assert packing.real.numpy().tolist() == [False, True, True, True, True]
    nothing = Packing.of(np.zeros((2, 3), bool))
    assert nothing.pack(np.ones((2, 3, 5))).shape == (1, 5)
    assert nothing.unpack(np.ones((1, 5), "float32")).shape == (2, 3, 5)


@pytest.mark.parametrize(("layout", "counts"), [(Packing, [0, 1, 2, 5]), (Flattening, [0, 4, 8, 12])])
def test_counts_the_tokens_in_front_of_a_row(layout, counts):
    # The first row has no token, but its first place is stored.
    assert [int(layout.of(NO_FIRST).tokens_before(row)) for row in range(4)] == counts


def test_the_gradient_of_taking_apart_is_the_way_back():
    values = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(values)
        taken = take_apart(values, np.array([1, 0, 0]), np.array([1, 0]))
        loss = tf.reduce_sum(taken * [[10.0, 1.0], [20.0, 2.0], [0.0, 0.0]])
    assert taken.numpy().tolist() == [[3, 4], [1, 2], [1, 2]]
    assert tape.gradient(loss, values).numpy().tolist() == [[20, 2], [10, 1]]


def run(call, weights, mask):
    """What a block makes of real tokens, and the gradients of its weights and inputs, for a loss over real tokens."""
    tokens = tf.constant(TOKENS)
    with tf.GradientTape() as tape:
        tape.watch(tokens)
        output = call(tokens)
        loss = tf.reduce_sum(tf.sin(tf.boolean_mask(output, mask)))
    gradients = tape.gradient(loss, [tokens, *(weight.value for weight in weights)])
    gradients[0] = tf.boolean_mask(gradients[0], mask)
    return tf.boolean_mask(output, mask), gradients


def assert_same(one, other):
    np.testing.assert_allclose(one[0], other[0], rtol=1e-4, atol=1e-5)
    for first, second in zip(one[1], other[1], strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("mask", [MASK, NO_FIRST], ids=["first_place_real", "first_place_padding"])
@pytest.mark.parametrize("block_class", [TransformerEncoderBlock, TransformerDecoderBlock, CrossKindEncoderBlock])
def test_packed_equals_padded(block_class, mask):
    """Values and gradients of each block that has attention."""
    keras.utils.set_random_seed(0)
    block = block_class(2)
    block.build((None, None, 8))

    def encoded(tokens, others, token_mask, other_mask):
        if block_class is TransformerEncoderBlock:
            return block(tokens, token_mask)
        outputs = block(tokens, others, token_mask, other_mask)
        return outputs[0] if block_class is CrossKindEncoderBlock else outputs

    packing, other = Packing.of(mask), Packing.of(OTHER_MASK)
    assert_same(
        run(
            lambda tokens: packing.unpack(encoded(packing.pack(tokens), other.pack(OTHERS), packing, other)),
            block.trainable_weights,
            mask,
        ),
        run(lambda tokens: encoded(tokens, OTHERS, mask, OTHER_MASK), block.trainable_weights, mask),
    )
