"""Whether two variants differ by more than the chance of users and of seeds: a paired test, and Holm's correction."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from components.baselines.comparison import LEAST_USERS

_ROUNDING: Final = 1e-12
"""Sums of equal gains may differ by less."""
_OUTSIDE: Final = 0.05
"""The share of cases in which an interval may miss the mean."""


def p_of(differences: np.ndarray, least_seed_variance: float = 0.0) -> float | None:
    """The probability of a mean difference as far from 0 as this one, or farther, if there is none in truth.

    With one seed it is the paired t test over users (`scipy.stats.ttest_rel`): would other users say the same of these
    two models? Training again with another seed gives other models, and that is a second source of chance. So with
    several seeds the variance of the mean over seeds is added to that of the mean over users, and the degrees of
    freedom follow from both (Satterthwaite, 1946). What depends on the user and the seed together is in both variances.

    Two or three seeds that agree by luck make p much too small. Where seeds vary three times as much as users, and
    nothing differs in truth, an experiment of twelve variants and three seeds has a corrected p below 0.05 in one of
    six cases, with two seeds in one of three. If each variant varies at least as the median of all does, it is one in
    twenty or fewer: `paired_difference_test.py` simulates it.

    Args:
        differences: float [seeds, users] the differences, of which the mean of all is tested.
        least_seed_variance: How much the means of seeds vary at least, where there are several: what others of the
            same experiment vary by, as `seed_variance` has it.

    Returns:
        The two-sided p; None with fewer than `LEAST_USERS` users.
    """
    if differences.shape[1] < LEAST_USERS:
        return None
    mean, variance, freedom = _spread(differences, least_seed_variance)
    if variance <= _ROUNDING**2:
        return 1.0 if abs(mean) <= _ROUNDING else 0.0
    return float(2 * stdtr(freedom, -abs(mean) / variance**0.5))


def reach_of(values: np.ndarray, least_seed_variance: float = 0.0) -> tuple[float, float] | None:
    """The interval in which the mean is with 95 % by the same reckoning: what it leaves out has p below 0.05.

    Args:
        values: float [seeds, users] the values, such as differences.
        least_seed_variance: As for `p_of`.

    Returns:
        The lower and the upper end; None with fewer than `LEAST_USERS` users.
    """
    if values.shape[1] < LEAST_USERS:
        return None
    mean, variance, freedom = _spread(values, least_seed_variance)
    half = float(stdtrit(freedom, 1 - _OUTSIDE / 2)) * variance**0.5 if variance > _ROUNDING**2 else 0.0
    return mean - half, mean + half


def seed_variance(values: np.ndarray) -> float | None:
    """The variance over seeds of the means over users, float [seeds, users]; None with one seed."""
    return float(values.mean(axis=1).var(ddof=1)) if len(values) > 1 else None


def _spread(values: np.ndarray, least_seed_variance: float) -> tuple[float, float, float]:
    """The mean of all values, float [seeds, users], its variance by users and seeds, and the degrees of freedom."""
    seeds, users = values.shape
    variances = [float(values.mean(axis=0).var(ddof=1)) / users]
    freedoms = [users - 1]
    by_seeds = seed_variance(values)
    if by_seeds is not None:
        variances.append(max(by_seeds, least_seed_variance) / seeds)
        freedoms.append(seeds - 1)
    total = sum(variances)
    by_part = sum(each**2 / of for each, of in zip(variances, freedoms, strict=True))
    return float(values.mean()), total, total**2 / by_part if by_part else float(min(freedoms))


def holm(values: Sequence[float]) -> list[float]:
    """Corrects p values of several tests, in their order (Holm, 1979).

    The chance that any of them is below a level though nothing differs is at most that level.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    corrected, highest = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, values[place] * (len(values) - rank)))
        corrected[place] = highest
    return corrected
