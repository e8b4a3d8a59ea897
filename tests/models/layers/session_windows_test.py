import numpy as np
import pytest
import tensorflow as tf

from models.layers.session_windows import SessionWindows
from tests.support.layer_case import run_layer_test

RANDOM = np.random.default_rng(0)
EVENTS = RANDOM.normal(size=(4, 6, 3)).astype("float32")
LENGTHS = np.array([6, 4, 1, 0])


@pytest.mark.parametrize(("uniform", "weights"), [(False, 2), (True, 0)])
def test_layer_contract(uniform, weights):
    arguments, shapes = {"sessions": 2, "uniform": uniform}, [(4, 2, 2), (4, 2, 6), (4, 2, 3), (4, 2)]
    inputs = {"events": EVENTS, "lengths": LENGTHS.astype("int32")}
    run_layer_test(SessionWindows, arguments, inputs, shapes, trainable_weights=weights, mixed_dtype="float32")


def taught(sessions, uniform=False):
    """Windows that have learned something: random offsets."""
    layer = SessionWindows(sessions, uniform)
    layer.build(EVENTS.shape)
    if not uniform:
        layer.offset_kernel.assign(np.random.default_rng(1).normal(size=(3, 2)))
    return layer


def test_windows_of_zero_offset_tile_the_history():
    divided = SessionWindows(3)(EVENTS, LENGTHS)
    np.testing.assert_allclose(divided.windows[0], [[0, 2], [2, 4], [4, 6]], atol=1e-5)
    np.testing.assert_allclose(divided.windows[1], [[0, 4 / 3], [4 / 3, 8 / 3], [8 / 3, 4]], atol=1e-5)
    # Of event 1, which lies from 1 to 2, a third lies before 4/3.
    expected = [[1, 1 / 3, 0, 0, 0, 0], [0, 2 / 3, 2 / 3, 0, 0, 0], [0, 0, 1 / 3, 1, 0, 0]]
    np.testing.assert_allclose(divided.membership[1], expected, atol=1e-5)
    first = (EVENTS[1, 0] + EVENTS[1, 1] / 3) / (4 / 3)
    np.testing.assert_allclose(divided.encodings[1, 0], first, atol=1e-5)
    np.testing.assert_allclose(np.sum(divided.membership, axis=1), np.arange(6) < LENGTHS[:, None], atol=1e-5)


@pytest.mark.parametrize("sessions", [1, 2, 7, 20])
@pytest.mark.parametrize("uniform", [False, True])
def test_windows_lie_in_the_history(sessions, uniform):
    divided = taught(sessions, uniform)(10 * EVENTS, LENGTHS)
    windows = np.asarray(divided.windows)
    starts, ends = windows[..., 0], windows[..., 1]
    assert (starts >= 0).all() and (starts <= ends).all() and (ends <= LENGTHS[:, None]).all()
    assert (np.asarray(divided.membership)[np.arange(6) >= LENGTHS[:, None, None].repeat(sessions, 1)] == 0).all()
    assert np.isfinite(divided.encodings).all()


def test_offsets_move_the_centre_and_change_the_width():
    layer = SessionWindows(2)
    layer.build((None, None, 1))
    layer.offset_kernel.assign([[np.arctanh(0.5), 0.0]])
    # From a tenth of a part to a whole one: 1/10 + 9/10 · 1/6 is a quarter, and (1 + tanh) / 2 is 1/6.
    layer.width_bias.assign(np.arctanh(2 / 6 - 1))
    # Parts of 2 events; what they mean on average is 1 and, after ReLU, 0.
    events = np.array([[[1.0], [1.0], [-3.0], [1.0]]], "float32")
    divided = layer(events, np.array([4]))
    # The first centre moves from 1 by half a part, which is 1 event; the second stays at 3. Both reach 1/4 of a part.
    np.testing.assert_allclose(divided.windows[0], [[1.5, 2.5], [2.5, 3.5]], atol=1e-5)
    np.testing.assert_allclose(divided.membership[0], [[0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5]], atol=1e-5)


def test_padding_changes_nothing():
    layer = taught(3)
    alone = layer(EVENTS[1:2, :4], np.array([4]))
    garbage = np.concatenate([EVENTS[1:2, :4], np.full((1, 5, 3), 7.0, "float32")], axis=1)
    padded = layer(garbage, np.array([4]))
    np.testing.assert_allclose(padded.windows, alone.windows, atol=1e-5)
    np.testing.assert_allclose(padded.encodings, alone.encodings, atol=1e-5)


def test_an_empty_history_has_empty_sessions():
    divided = taught(2)(EVENTS, LENGTHS)
    assert np.asarray(divided.occupied)[3].tolist() == [False, False]
    assert (np.asarray(divided.encodings)[3] == 0).all()
    nothing = taught(2)(EVENTS[:, :0], np.zeros(4, int))
    assert not np.asarray(nothing.occupied).any()


@pytest.mark.parametrize("sign", [-1, 1])
def test_no_window_closes_or_leaves_the_history(sign):
    layer = SessionWindows(2)
    layer.build((None, None, 1))
    # As far as it goes: the centres at the ends, the windows as narrow as they get.
    layer.offset_kernel.assign([[sign * 100.0, -100.0]])
    divided = layer(np.ones((1, 6, 1), "float32"), np.array([6]))
    # Parts of 3 events; centres at 1.5 ± 3 and 4.5 ± 3, kept in the history; both reach 3/10 of an event.
    expected = [[0, 0.3], [1.2, 1.8]] if sign < 0 else [[4.2, 4.8], [5.7, 6]]
    np.testing.assert_allclose(divided.windows[0], expected, atol=1e-5)
    assert np.asarray(divided.occupied).all()


def test_what_the_sessions_mean_moves_the_windows():
    layer = taught(3)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(layer(EVENTS, LENGTHS).encodings))
    for gradient in tape.gradient(loss, [layer.offset_kernel.value, layer.width_bias.value]):
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 1e-4


def test_refuses_no_sessions():
    with pytest.raises(ValueError, match="`sessions` should be at least 1. Received: sessions=0"):
        SessionWindows(0)
