"""Draws a fixed number of places from a set whose size changes from batch to batch."""

import keras
from keras import ops

from schemas.features import PADDING


def draw(allowed, count: int, seed):
    """Draws places at which `allowed` is True, uniformly and with replacement.

    Source: ours; UniSAR's query-item contrast draws its pairs and its negative queries with it.

    Example:
    >>> places, found = draw(np.array([False, True, False]), 4, keras.random.SeedGenerator(1))
    >>> ops.convert_to_numpy(places).tolist(), bool(found)
    ([1, 1, 1, 1], True)

    Args:
        allowed: Bool [n].
        count: Number of places to draw.
        seed: A `keras.random.SeedGenerator`.

    Returns:
        Int32 [count], places in 0..n-1; and a bool scalar, whether any place was allowed. If none was, the places are
        meaningless.
    """
    passed = ops.cumsum(ops.cast(allowed, "int32"))
    size = ops.shape(allowed)[0]
    total = ops.sum(ops.cast(allowed, "int32"))
    share = keras.random.uniform((count,), seed=seed, dtype="float32")
    wanted = ops.cast(ops.floor(ops.multiply(share, ops.cast(total, "float32"))), "int32")
    wanted = ops.minimum(wanted, ops.maximum(total - 1, 0))
    places = ops.searchsorted(passed, wanted, side="right")
    return ops.minimum(ops.cast(places, "int32"), ops.maximum(size - 1, 0)), ops.greater(total, 0)


def draw_distinct(excluded, count: int, size: int, seed):
    """Draws for each position, uniformly and without replacement, indices of a vocabulary, padding left out.

    Example:
    >>> drawn = draw_distinct(np.array([[3]]), 3, 5, keras.random.SeedGenerator(1))
    >>> sorted(ops.convert_to_numpy(drawn)[0, 0].tolist())  # All that are left of 1 to 4.
    [1, 2, 4]

    Args:
        excluded: Int [...], an index that is not drawn for the position. Positions of padding are not to be used.
        count: How many to draw for each position.
        size: The vocabulary's indices, padding included.
        seed: A `keras.random.SeedGenerator`.

    Returns:
        Int32 [..., count], each from 1 to `size - 1`.

    Raises:
        ValueError: The vocabulary is too small.
    """
    if size < count + 2:
        raise ValueError(
            f"{count} distinct negatives beside a target need at least {count + 1} items. Received: items={size - 1}"
        )
    taken = [ops.maximum(ops.cast(excluded, "int32"), PADDING + 1)]
    for _ in range(count):
        # A place among those that are left. Each taken index that lies at it or below moves it on by one.
        place = keras.random.randint(ops.shape(excluded), 1, size - len(taken), seed=seed)
        smallest_first = ops.sort(ops.stack(taken, axis=-1), axis=-1)
        for rank in range(len(taken)):
            place = ops.add(place, ops.cast(ops.greater_equal(place, smallest_first[..., rank]), "int32"))
        taken.append(place)
    return ops.stack(taken[1:], axis=-1)
