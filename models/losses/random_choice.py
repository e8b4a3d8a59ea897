"""Draws, in a step of fixed size, from a set whose size changes from batch to batch."""

import keras
from keras import ops


def draw(allowed, count: int, seed):
    """Draws places where `allowed` holds, uniformly and with replacement.

    Example:
    >>> places, found = draw(np.array([False, True, False]), 4, keras.random.SeedGenerator(1))
    >>> ops.convert_to_numpy(places).tolist(), bool(found)
    ([1, 1, 1, 1], True)

    Args:
        allowed: Bool [n].
        count: How many to draw.
        seed: A `keras.random.SeedGenerator`.

    Returns:
        Int32 [count], places in 0..n-1, and a bool scalar: whether any place was allowed. Where none was, the places
        mean nothing.
    """
    passed = ops.cumsum(ops.cast(allowed, "int32"))
    size = ops.shape(allowed)[0]
    total = ops.sum(ops.cast(allowed, "int32"))
    share = keras.random.uniform((count,), seed=seed, dtype="float32")
    wanted = ops.cast(ops.floor(ops.multiply(share, ops.cast(total, "float32"))), "int32")
    wanted = ops.minimum(wanted, ops.maximum(total - 1, 0))
    places = ops.searchsorted(passed, wanted, side="right")
    return ops.minimum(ops.cast(places, "int32"), ops.maximum(size - 1, 0)), ops.greater(total, 0)
