"""Random numbers that depend only on the seed and their purpose, not on which worker draws them or when."""

import enum

import numpy as np


class Purpose(enum.IntEnum):
    """The purposes of random numbers. Each has its own streams."""

    USER = 0
    ITEMS = 1
    TRUTH = 2
    PLACES = 3


def stream(seed: int, purpose: Purpose, number: int) -> np.random.Generator:
    """The random numbers of one user, or of one part of the item table."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), number))))


def geometric(uniform: np.ndarray, mean: float, most: int) -> np.ndarray:
    """Turns numbers from [0, 1) into non-negative integers with a geometric distribution, limited to `most`.

    Args:
        uniform: The numbers.
        mean: The mean of the distribution without the limit.
        most: The largest result.
    """
    if not mean:
        return np.zeros(uniform.shape, np.int64)
    return np.minimum(np.log1p(-uniform) / np.log(mean / (1 + mean)), most).astype(np.int64)
