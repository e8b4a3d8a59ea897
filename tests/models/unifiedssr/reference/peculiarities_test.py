import numpy as np
import pytest

from models.unifiedssr.reference.peculiarities import (
    ReferenceSequenceEncoder,
    ReferenceSessionWindows,
    UnbiasedLayerNorm,
    doubled_in_sessions,
    rounded_cross_entropies,
    without_first,
)
from tests.support.small_models import RANDOM, SEQUENCES, VOCABULARY, encode, sequence_encoder


def make():
    return sequence_encoder(ReferenceSequenceEncoder, num_layers=2, reference_peculiarities=True)


def test_only_the_last_layer_counts():
    made = make()
    before = encode(made)
    for block, counts in zip(made[0].blocks, (False, True), strict=True):
        block.outer.kernel.assign(RANDOM.normal(size=block.outer.kernel.shape))
        assert (np.abs(encode(made)[0] - before[0]).max() > 1e-3) == counts


def test_a_position_sees_its_own_target():
    made = make()
    items = SEQUENCES.items.copy()
    items[:, 2] = (items[:, 2] + 1) % VOCABULARY.items
    assert np.abs(encode(made, SEQUENCES._replace(items=items))[0] - encode(made)[0])[:, 1].max() > 1e-4


def test_recommendation_has_nothing_at_its_first_position():
    (products,) = encode(make(), SEQUENCES._replace(queries=None))
    assert products.shape == (3, 5, 8)
    assert (products[:, 0] == 0).all()
    assert (products[:, 1:] != 0).all()


def test_the_norm_divides_by_the_unbiased_deviation():
    # Mean 2, squares 1 + 0 + 1, divided by 2: a deviation of 1.
    np.testing.assert_allclose(UnbiasedLayerNorm()(np.array([[1.0, 2.0, 3.0]])), [[-1, 0, 1]], atol=1e-5)


def windows_of_whole_parts(*shape):
    """Two windows that reach as far as their parts: tanh(atanh(0.5)) is half a part to both sides."""
    layer = ReferenceSessionWindows(2)
    layer.build(shape)
    layer.width_bias.assign(np.arctanh(0.5))
    return layer


def test_windows_begin_at_half_of_their_parts():
    layer = ReferenceSessionWindows(2)
    layer.build((1, 8, 1))
    # tanh(log(sqrt(5 / 3))) is a quarter of a part to both sides of the centres 2 and 6; a part has 4 places.
    assert float(np.tanh(layer.width_bias.numpy())) == pytest.approx(0.25)
    events = np.zeros((1, 8, 1), "float32")
    np.testing.assert_allclose(layer(events, np.array([8])).windows[0], [[1, 3], [5, 7]], atol=1e-5)


def test_windows_take_whole_events_of_the_padded_length():
    events = RANDOM.normal(size=(1, 5, 2)).astype("float32")
    divided = windows_of_whole_parts(1, 5, 2)(events, np.array([3]))
    np.testing.assert_allclose(divided.windows[0], [[0, 2.5], [2.5, 5]], atol=1e-5)
    # Places 0, 1 and 2 lie in the first; of 3 and 4, which lie in the second, neither is real.
    np.testing.assert_array_equal(divided.membership[0], [[1, 1, 1, 0, 0], [0, 0, 0, 0, 0]])
    assert np.asarray(divided.occupied).tolist() == [[True, False]]
    # The losses see its events doubled.
    (doubled,) = doubled_in_sessions([np.ones((1, 6, 2), "float32")], [divided])
    np.testing.assert_array_equal(doubled[0, :, 0], [1, 2, 2, 2, 1, 1])


def test_parts_overlap_and_take_padding_in():
    layer = windows_of_whole_parts(1, 5, 1)
    layer.offset_kernel.assign([[1.0, 0.0]])
    events = np.array([[[0.0], [0.0], [3.0], [0.0], [6.0]]], "float32")
    # Event 2 counts in both parts: their means are 1 and 3.
    moves = np.tanh([1.0, 3.0]) * 2.5
    expected = np.clip(np.array([1.25, 3.75]) + moves, 0, None)[:, None] + np.array([-1.25, 1.25])
    np.testing.assert_allclose(layer(events, np.array([3])).windows[0], np.clip(expected, 0, 5), atol=1e-4)


def test_the_first_position_has_no_target():
    np.testing.assert_array_equal(without_first(np.array([[[4], [5], [6]]])), [[[0], [5], [6]]])


def test_cross_entropies_end_where_probabilities_round_to_nothing():
    missed, mistaken = rounded_cross_entropies(np.array([0.0, 30.0], "float32"))
    np.testing.assert_allclose(missed, [np.log(2), 0], atol=1e-5)
    np.testing.assert_allclose(mistaken, [np.log(2), 24 * np.log(10)], rtol=1e-5)
