import keras
import numpy as np
import pytest

from models.layers.transformer.cross_kind_encoder_block import CrossKindEncoderBlock
from tests.support.layer_case import _check_config

RANDOM = np.random.default_rng(0)
FIRST = RANDOM.normal(size=(2, 3, 4)).astype("float32")
SECOND = RANDOM.normal(size=(2, 5, 4)).astype("float32")
FIRST_MASK = np.array([[True, True, False], [True, True, True]])
SECOND_MASK = np.array([[True, True, True, True, False], [True, False, False, False, False]])


def block(**arguments):
    layer = CrossKindEncoderBlock(2, **arguments)
    layer.build((None, None, 4))
    return layer


def test_configuration_and_weights():
    layer = block(dropout=0.2)
    _check_config(CrossKindEncoderBlock, layer)
    assert len(layer.trainable_weights) == 12
    layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK)
    assert len(layer.weights) == len(block(dropout=0.2).weights)


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


def test_no_token_sees_another_of_its_own_kind():
    layer = block()
    changed = FIRST.copy()
    changed[:, 1] += 10.0
    before, _ = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK)
    after, _ = layer(changed, SECOND, FIRST_MASK, SECOND_MASK)
    np.testing.assert_array_equal(before.numpy()[:, [0, 2]], after.numpy()[:, [0, 2]])
    assert np.abs(before[:, 1] - after[:, 1]).max() > 1e-3


def test_one_side_alone_is_the_same_as_with_the_other():
    layer = block()
    first, second = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK)
    only_first, nothing = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK, sides=(True, False))
    assert nothing is None
    np.testing.assert_allclose(only_first, first, rtol=1e-5, atol=1e-6)
    nothing, only_second = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK, sides=(False, True))
    assert nothing is None
    np.testing.assert_allclose(only_second, second, rtol=1e-5, atol=1e-6)


def test_nothing_of_the_other_kind_is_finite_and_looks_at_no_padding():
    layer = block()
    hidden = np.zeros_like(SECOND_MASK)
    first, _ = layer(FIRST, SECOND, FIRST_MASK, hidden)
    other, _ = layer(FIRST, SECOND * 100, FIRST_MASK, hidden)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, other)


def test_mixed_precision():
    layer = CrossKindEncoderBlock(2, dtype="mixed_bfloat16")
    first, second = layer(FIRST, SECOND, FIRST_MASK, SECOND_MASK)
    assert {keras.backend.standardize_dtype(each.dtype) for each in (first, second)} == {"bfloat16"}


def test_refuses_heads_that_do_not_divide():
    with pytest.raises(ValueError, match="`num_heads` should divide the input's width. Received: num_heads=3, width=4"):
        CrossKindEncoderBlock(3).build((None, None, 4))
