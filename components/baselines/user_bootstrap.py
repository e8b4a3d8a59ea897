"""Intervals by a paired bootstrap over users.

Users are drawn, not examples, because examples of one user resemble each other. Each user counts once, with the mean of
their examples. All rules and the model are drawn together, so the interval of a difference knows that they were asked
the same.
"""

from typing import Final

import numpy as np

DRAWS: Final = 1_000
SEED: Final = 20_240_601
_LOW, _HIGH = 2.5, 97.5
_AT_ONCE: Final = 1 << 24


def drawn_means(values: np.ndarray, draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """Means over users that are drawn with replacement, as many as there are.

    Args:
        values: float [users, columns] the mean of each user.
        draws: How often users are drawn.
        seed: Equal seeds draw equal users.

    Returns:
        float64 [draws, columns].
    """
    users, rng = len(values), np.random.default_rng(seed)
    means, at_once = [], max(1, _AT_ONCE // users)
    for first in range(0, draws, at_once):
        rows = min(at_once, draws - first)
        drawn = rng.integers(0, users, size=(rows, users))
        times = np.stack([np.bincount(each, minlength=users) for each in drawn])
        means.append(times @ values / users)
    return np.concatenate(means)


def drawn_ratios(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """Ratios of sums over drawn users, such as gains and examples for the mean over examples.

    Args:
        numerators: float [users, columns].
        denominators: float of the same shape, at least 0.

    Returns:
        float64 [draws, columns]; NaN where a draw has no user with a denominator above 0.
    """
    columns = numerators.shape[1]
    drawn = drawn_means(np.concatenate([numerators, denominators], axis=1))
    above, below = drawn[:, :columns], drawn[:, columns:]
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def interval(means: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of drawn means: what leaves 2.5 % of them on either side.

    Args:
        means: float [draws]; those that are NaN do not count.
    """
    low, high = np.nanpercentile(means, [_LOW, _HIGH])
    return float(low), float(high)
