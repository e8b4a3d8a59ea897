"""Learned windows that divide a history into sessions (UnifiedSSR, intent-oriented session modelling)."""

import math
from typing import Any, NamedTuple

import keras
from keras import ops

from models.registration import register

SMALLEST = 1e-6
"""A window over less of an event than this is empty."""
LEAST_REACH = 0.1
"""How far a window reaches at least to both sides, in parts. A window that covers nothing gets no gradient, so a window
that closed would never open again."""


class Sessions(NamedTuple):
    """The sessions of a batch of histories.

    Attributes:
        windows: Float32 [batch, sessions, 2]: the start and end of each session, in events from the oldest; event t
            lies between t and t + 1.
        membership: Float32 [batch, sessions, events]: the share of each event that each window covers, 0 to 1.
        encodings: Float32 [batch, sessions, dim]: the mean of each session's events, weighted by membership; 0 for an
            empty session.
        occupied: Bool [batch, sessions]; False where a session is empty.
    """

    windows: Any
    membership: Any
    encodings: Any
    occupied: Any


@register
class SessionWindows(keras.layers.Layer):
    """Divides each history into a fixed number of sessions, N.

    The history is cut into N parts of equal length, each with an anchor in its middle. The mean encoding of a part's
    events predicts two numbers: how far the window's centre moves from the anchor, and how far the window reaches to
    both sides. The centre moves by at most 1/N of the history and stays inside it. The reach is between a tenth of 1/N
    and 1/N of the history, and windows end where the history ends. Before training, the windows are the parts.

    An event belongs to a session by the share of the event that the window covers. So losses on the sessions move the
    windows. Windows may overlap and leave gaps.

    Source: UnifiedSSR (arXiv 2310.13921), intent-oriented session modelling. `models/unifiedssr/README.md` says what
    differs.

    Example:
    >>> divided = SessionWindows(sessions=2)(np.ones((1, 4, 8), "float32"), np.array([4]))
    >>> ops.convert_to_numpy(divided.windows).tolist()  # Nothing is learned yet: two halves.
    [[[0.0, 2.0], [2.0, 4.0]]]
    >>> ops.convert_to_numpy(divided.membership).tolist()
    [[[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]]

    Args:
        sessions: N, at least 1.
        uniform: Whether the parts themselves are the windows, with nothing to learn.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        events: Float [batch, events, dim]: encodings of the events, oldest first, padding at the end.
        lengths: Int [batch]: how many events are real.

    Returns:
        `Sessions`.

    Raises:
        ValueError: `sessions` is below 1.
    """

    def __init__(self, sessions: int, uniform: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        if sessions < 1:
            raise ValueError(f"`sessions` should be at least 1. Received: sessions={sessions}")
        self.sessions = sessions
        self.uniform = uniform

    def build(self, events_shape, lengths_shape=None):
        """Creates the weights that predict the offsets. They start at 0, so training starts with the parts."""
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
        """The width bias for which a window reaches half a part to both sides, and so covers its part."""
        return math.atanh(2 * (0.5 - LEAST_REACH) / (1 - LEAST_REACH) - 1)

    def _reach(self, values):
        """How far windows reach to both sides, in parts."""
        return LEAST_REACH + (1 - LEAST_REACH) * (1 + ops.tanh(values)) / 2

    def _middle(self, move):
        """The centres of the windows, in parts from the beginning of the history."""
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
        """The weight of each event in the mean of each part: float32 [batch or 1, sessions, events]."""
        return _covered_share(parts, events)

    def _membership(self, windows, events, lengths):
        return _covered_share(windows, events)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "sessions": self.sessions, "uniform": self.uniform}


def _covered_share(windows, events):
    """The share of each event that each window covers: float32 [batch, sessions, events], 0 to 1."""
    begins = ops.arange(ops.shape(events)[1], dtype="float32")
    last = ops.minimum(windows[..., 1:], ops.add(begins, 1.0))
    first = ops.maximum(windows[..., :1], begins)
    return ops.relu(ops.subtract(last, first))


def _averages(events, weights):
    """The means of the events with each session's weights, and whether these weights are above 0 in sum."""
    total = ops.sum(weights, axis=-1)
    shares = ops.divide(weights, ops.expand_dims(ops.maximum(total, SMALLEST), -1))
    return ops.matmul(shares, events), ops.greater(total, SMALLEST)
