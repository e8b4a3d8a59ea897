"""The places that a positive may have in an order with ties, and its mean gain over them.

Ties are split fairly: if the positive and four others are equal after two better ones, it may stand at the places 3 to
7, each as likely as the other, and its gain is the mean of the gains at these places. (The gain at the mean place would
favour ties: nine equal items at the top would put the positive among the first five for sure.)
"""

import numpy as np

from components.baselines.rules.rule import Keys
from schemas.rank_metrics import RankMetric


def places(keys: Keys, is_positive: np.ndarray, is_item: np.ndarray) -> np.ndarray:
    """Finds the first and the last place that the positive of each row may have.

    Args:
        keys: Arrays [rows, items], the one that counts first at the front.
        is_positive: bool [rows, items].
        is_item: bool [rows, items] False for padding.

    Returns:
        int64 [rows, 2] places from 1; 0 and 0 for a row without a positive.
    """
    has_positive = is_positive.any(axis=1)
    own = is_positive.argmax(axis=1)[:, np.newaxis]
    better, equal = np.zeros_like(is_item), is_item & ~is_positive
    for key in keys:
        wanted = np.take_along_axis(key, own, axis=1)
        better |= equal & (key > wanted)
        equal &= key == wanted
    first = 1 + better.sum(axis=1)
    return np.where(has_positive[:, np.newaxis], np.stack([first, first + equal.sum(axis=1)], axis=1), 0)


def mean_gains(metric: RankMetric, tied: np.ndarray) -> np.ndarray:
    """The mean gain over the places that each positive may have.

    Args:
        metric: What a place is worth.
        tied: int [rows, 2] what `places` returns.

    Returns:
        float64 [rows]; 0 for a row without a place.
    """
    first, last = tied[:, 0], tied[:, 1]
    gains = np.asarray(metric.gain(np.arange(1, last.max(initial=1) + 1), np), float)
    up_to = np.concatenate([[0.0], np.cumsum(gains)])
    return np.where(first > 0, (up_to[last] - up_to[np.maximum(first, 1) - 1]) / (last - first + 1), 0.0)
