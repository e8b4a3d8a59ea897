"""The session losses: neighbouring sessions should differ, and both branches should agree on a session."""

from keras import ops

_SMALLEST_SQUARE = 1e-16


def session_discrimination(encodings, occupied):
    """The similarity of neighbouring sessions of a history; to be made small.

    Source: UnifiedSSR (arXiv 2310.13921), session discrimination in intent-oriented session modelling.

    Example:
    >>> sessions = np.array([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]], "float32")
    >>> float(session_discrimination(sessions, np.array([[True, True, True]])))  # of 1 and 0
    0.5

    Args:
        encodings: Float [batch, sessions, dim].
        occupied: Bool [batch, sessions]; False where a session is empty.

    Returns:
        Float32 scalar, 0 to 1: the mean absolute cosine over all pairs of neighbours that are both occupied; 0 if there
        is no such pair.
    """
    cosines = ops.abs(_cosines(encodings[:, :-1], encodings[:, 1:]))
    return _mean(cosines, ops.logical_and(occupied[:, :-1], occupied[:, 1:]))


def session_alignment(first, second, first_occupied, second_occupied):
    """The similarity of the same sessions in two branches; to be made large.

    Source: UnifiedSSR (arXiv 2310.13921), session alignment in intent-oriented session modelling.

    Example:
    >>> sessions, occupied = np.array([[[1.0, 0.0], [0.0, 1.0]]], "float32"), np.array([[True, True]])
    >>> round(float(session_alignment(sessions, 3 * sessions, occupied, occupied)), 4)
    1.0

    Args:
        first: Float [batch, sessions, dim].
        second: Float [batch, sessions, dim], the sessions of the other branch.
        first_occupied: Bool [batch, sessions]; False where a session of `first` is empty.
        second_occupied: Bool [batch, sessions]; False where a session of `second` is empty.

    Returns:
        Float32 scalar, -1 to 1: the mean cosine over all sessions that are occupied in both branches; 0 if there is
        none.
    """
    return _mean(_cosines(first, second), ops.logical_and(first_occupied, second_occupied))


def _cosines(first, second):
    return ops.sum(ops.multiply(_unit(first), _unit(second)), axis=-1)


def _unit(vectors):
    vectors = ops.cast(vectors, "float32")
    square = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return ops.multiply(vectors, ops.rsqrt(ops.maximum(square, _SMALLEST_SQUARE)))


def _mean(values, counts):
    weights = ops.cast(counts, "float32")
    return ops.divide(ops.sum(ops.multiply(values, weights)), ops.maximum(ops.sum(weights), 1.0))
