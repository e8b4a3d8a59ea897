import numpy as np

from models.layers.transformer.cross_kind_encoder_block import CrossKindEncoderBlock
from tests.support.layer_case import MEMORY as SECOND
from tests.support.layer_case import TOKENS as FIRST
from tests.support.layer_case import run_layer_test

FIRST_MASK = np.array([[True, True, False], [True, True, True]])
SECOND_MASK = np.array([[True, True, True, True, False], [True, False, False, False, False]])


def block():
    layer = CrossKindEncoderBlock(2)
    layer.build((None, None, 4))
    return layer


def test_layer_contract():
    inputs = {"first": FIRST, "second": SECOND, "first_mask": FIRST_MASK, "second_mask": SECOND_MASK}
    arguments = {"num_heads": 2, "dropout": 0.2}
    run_layer_test(CrossKindEncoderBlock, arguments, inputs, [(2, 3, 4), (2, 5, 4)], trainable_weights=12)


def test_equals_one_masked_square():
    """The paper's form: one encoder layer over both kinds, each token's own kind hidden."""
    layer = block()
    tokens = np.concatenate([FIRST, SECOND], axis=1)
    mask = np.concatenate([FIRST_MASK, SECOND_MASK], axis=1)
    kind = np.array([0] * 3 + [1] * 5)
    visible = (kind[:, None] != kind[None]) & mask[:, None]
    queries, keys, values = np.split(layer.query_key_value(tokens).numpy(), 3, axis=-1)
    attended = np.zeros_like(tokens)
    for head in (slice(0, 2), slice(2, 4)):
        scores = queries[..., head] @ np.swapaxes(keys[..., head], 1, 2) / np.sqrt(2)
        weights = np.where(visible, np.exp(scores), 0)
        attended[..., head] = weights / weights.sum(-1, keepdims=True) @ values[..., head]
    expected = layer.feed_forward(layer.residual(tokens, layer.output_projection(attended))).numpy()
    first, second = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK)
    np.testing.assert_allclose(first, expected[:, :3], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(second, expected[:, 3:], rtol=1e-4, atol=1e-5)


def test_one_side_alone_is_the_same_as_with_the_other():
    layer = block()
    both = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK)
    for wanted, sides in enumerate(((True, False), (False, True))):
        alone = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK, sides=sides)
        assert alone[1 - wanted] is None
        np.testing.assert_allclose(alone[wanted], both[wanted], rtol=1e-5, atol=1e-6)


def test_nothing_of_the_other_kind_is_finite_and_looks_at_no_padding():
    layer = block()
    hidden = np.zeros_like(SECOND_MASK)
    first, _ = layer(FIRST, SECOND, FIRST_MASK, hidden)
    other, _ = layer(FIRST, SECOND * 100, FIRST_MASK, hidden)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, other)
