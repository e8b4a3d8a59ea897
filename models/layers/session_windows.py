"""Where the sessions of a history lie, learned from what it means (UnifiedSSR, intent-oriented session modelling)."""

import math
from typing import Any, NamedTuple

import keras
from keras import ops

from models.registration import register

SMALLEST = 1e-6
"""A window over less of an event than this is empty."""
LEAST_REACH = 0.1
"""A window reaches at least so far to both sides, in parts. One that could close would never open again: where it
covers nothing, nothing tells it what to cover."""


class Sessions(NamedTuple):
    """The sessions of a batch of histories.

    Attributes:
        windows: Float32 [batch, sessions, 2]: where each starts and ends, counted in events from the oldest; event t
            lies between t and t + 1.
        membership: Float32 [batch, sessions, events]: the share of each event that each window covers, 0 to 1.
        encodings: Float32 [batch, sessions, dim]: the mean of each session's events, weighted by membership; 0 of an
            empty session.
        occupied: Bool [batch, sessions]; False where a session is empty.
    """

    windows: Any
    membership: Any
    encodings: Any
    occupied: Any


@register
class SessionWindows(keras.layers.Layer):
    """Divides each history into as many sessions as are asked for.

    N anchors stand in the middle of N parts of equal length. What the events of each part mean on average says how far
    its window's centre moves from the anchor, at most 1/N of the history and not out of it, and how far the window
    reaches to both sides, from a tenth of 1/N to 1/N; windows end where the history does. At the start nothing has been
    learned: the windows are the parts.

    An event belongs to a session by the share of it that the window covers, so that losses on the sessions move the
    windows. Windows may overlap and leave gaps.

    Example:
    >>> divided = SessionWindows(sessions=2)(np.ones((1, 4, 8), "float32"), np.array([4]))
    >>> ops.convert_to_numpy(divided.windows).tolist()  # Nothing is learned yet: two halves.
    [[[0.0, 2.0], [2.0, 4.0]]]
    >>> ops.convert_to_numpy(divided.membership).tolist()
    [[[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]]

    Args:
        sessions: N, at least 1.
        uniform: Have the parts themselves as windows, nothing learned.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        events: Float [batch, events, dim]: encodings of the events, oldest first, padding at the end.
        lengths: Int [batch]: how many events are real.

    Returns:
        `Sessions`.
    """

    def __init__(self, sessions: int, uniform: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        if sessions < 1:
            raise ValueError(f"`sessions` should be at least 1. Received: sessions={sessions}")
        self.sessions = sessions
        self.uniform = uniform

    def build(self, events_shape, lengths_shape=None):
        """Creates what predicts the offsets: from zero, so that training starts at the parts."""
        if not self.uniform:
            self.offset_kernel = self.add_weight(name="offset_kernel", shape=(events_shape[-1], 2), initializer="zeros")
            self.width_bias = self.add_weight(
                name="width_bias", shape=(), initializer=keras.initializers.Constant(self._bias_of_a_part())
            )
        self.built = True

    def call(self, events, lengths):
        """Places the windows and averages the events in them."""
        events = ops.cast(events, "float32")
        extents = self._extents(events, lengths)
        windows = self._around_anchors(0.0, 0.5, extents)
        if not self.uniform:
            parts, _ = _averages(events, self._weights_in_parts(windows, events))
            offsets = ops.matmul(ops.relu(parts), ops.cast(self.offset_kernel, "float32"))
            reach = self._reach(ops.add(offsets[..., 1], ops.cast(self.width_bias, "float32")))
            windows = self._around_anchors(ops.tanh(offsets[..., 0]), reach, extents)
        membership = self._membership(windows, events, lengths)
        encodings, occupied = _averages(events, membership)
        return Sessions(windows, membership, encodings, occupied)

    def _bias_of_a_part(self) -> float:
        """The width bias with which a window reaches as far as its part does: half a part."""
        return math.atanh(2 * (0.5 - LEAST_REACH) / (1 - LEAST_REACH) - 1)

    def _reach(self, values):
        """How far windows reach to both sides, in parts."""
        return LEAST_REACH + (1 - LEAST_REACH) * (1 + ops.tanh(values)) / 2

    def _middle(self, move):
        """Where the centres are, in parts from the beginning of the history."""
        return ops.clip(ops.arange(self.sessions, dtype="float32") + 0.5 + move, 0.0, float(self.sessions))

    def _around_anchors(self, move, reach, extents):
        """Float32 [batch, sessions, 2]; `move` and `reach` are in parts."""
        middle = self._middle(move)
        ends = ops.stack([middle - reach, middle + reach], axis=-1)
        shares = ops.clip(ops.divide(ends, self.sessions), 0.0, 1.0)
        return ops.multiply(shares, ops.reshape(extents, (-1, 1, 1)))

    def _extents(self, events, lengths):
        """How far the windows of each row may reach, in events."""
        return ops.cast(lengths, "float32")

    def _weights_in_parts(self, parts, events):
        """Float32 [batch or 1, sessions, events]: how much each event counts in what is known of each part."""
        return _covered_share(parts, events)

    def _membership(self, windows, events, lengths):
        return _covered_share(windows, events)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "sessions": self.sessions, "uniform": self.uniform}


def _covered_share(windows, events):
    """How much of each event each window covers: float32 [batch, sessions, events], 0 to 1."""
    begins = ops.arange(ops.shape(events)[1], dtype="float32")
    last = ops.minimum(windows[..., 1:], ops.add(begins, 1.0))
    first = ops.maximum(windows[..., :1], begins)
    return ops.relu(ops.subtract(last, first))


def _averages(events, weights):
    """Averages of the events with each session's weights, and whether there was anything to weigh."""
    total = ops.sum(weights, axis=-1)
    shares = ops.divide(weights, ops.expand_dims(ops.maximum(total, SMALLEST), -1))
    return ops.matmul(shares, events), ops.greater(total, SMALLEST)
