"""Random numbers that depend on the seed and on what they are for, not on who draws them, nor when."""

import enum

import numpy as np


class Purpose(enum.IntEnum):
    """What random numbers are for; each has streams of its own."""

    USER = 0
    ITEMS = 1
    TRUTH = 2


def stream(seed: int, purpose: Purpose, number: int) -> np.random.Generator:
    """The stream of one user, or of one part of the item table."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), number))))


def geometric(uniform: np.ndarray, mean: float, most: int) -> np.ndarray:
    """Turns numbers from [0, 1) into whole numbers from 0, geometrically distributed and cut at `most`.

    Args:
        uniform: The numbers.
        mean: Of the distribution before it is cut.
        most: No more than this.
    """
    if not mean:
        return np.zeros(uniform.shape, np.int64)
    return np.minimum(np.log1p(-uniform) / np.log(mean / (1 + mean)), most).astype(np.int64)
