"""Fits the line through logits whose sigmoid is a probability (Platt scaling)."""

from typing import Final, NamedTuple

import numpy as np

_LEAST_SLOPE: Final = 0.01
"""For a standard deviation of the logits. With 0 or less all scores would be equal, or their order turned round."""
_STEPS: Final = 100
_SMALLEST_STEP: Final = 1e-10


class Line(NamedTuple):
    """The log-odds slope * logit + intercept.

    Attributes:
        slope: Above 0.
        intercept: See above.
        error: The standard error of the intercept at the mean logit, from how many positives there are.
        is_flat: Whether the best slope was none above 0, so that a small one was taken.
    """

    slope: float
    intercept: float
    error: float
    is_flat: bool


def fit_line(logits: np.ndarray, is_positive: np.ndarray, weights: np.ndarray) -> Line:
    """Fits a logistic regression on one number by maximum likelihood.

    As Platt does, it takes (p + 1) / (p + 2) instead of 1 and 1 / (n + 2) instead of 0, where p and n are the weights
    of positives and negatives: few examples, which a line may tell apart wholly, have no infinite slope.

    Source: Platt 1999, Probabilistic outputs for support vector machines, section 2.

    Args:
        logits: Float [candidates], finite.
        is_positive: Bool [candidates]; at least one is, and one is not.
        weights: Float [candidates], how often each counts; those of positives are 1.
    """
    logits = logits.astype(np.float64)
    targets = _targets(is_positive, weights)
    mean, deviation = np.average(logits, weights=weights), logits.std()
    error = float(1 / np.sqrt(is_positive.sum()))
    if not deviation:
        return Line(1.0, fit_level(logits, is_positive, weights), error, is_flat=True)
    columns = np.stack([(logits - mean) / deviation, np.ones(len(logits))], axis=1)
    slope, level = _minimum(columns, 0.0, targets, weights)
    is_flat = slope < _LEAST_SLOPE
    if is_flat:
        slope = _LEAST_SLOPE
        level = fit_level(slope * columns[:, 0], is_positive, weights)
    slope = float(slope / deviation)
    return Line(slope, float(level - slope * mean), error, bool(is_flat))


def fit_level(log_odds: np.ndarray, is_positive: np.ndarray, weights: np.ndarray) -> float:
    """What has to be added to log-odds, so that as many positives are expected as there are.

    Args:
        log_odds: Float [candidates].
        is_positive: As in `fit_line`.
        weights: As in `fit_line`.
    """
    (level,) = _minimum(np.ones((len(log_odds), 1)), log_odds, _targets(is_positive, weights), weights)
    return float(level)


def weighted_log_loss(log_odds: np.ndarray, is_positive: np.ndarray, weights: np.ndarray) -> float:
    """The mean of -ln of the probability that log-odds give to what happened."""
    return float(np.average(np.logaddexp(0, np.where(is_positive, -log_odds, log_odds)), weights=weights))


def _targets(is_positive: np.ndarray, weights: np.ndarray) -> np.ndarray:
    positives, negatives = weights[is_positive].sum(), weights[~is_positive].sum()
    return np.where(is_positive, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def _minimum(columns: np.ndarray, offset: np.ndarray | float, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The coefficients with the least cross-entropy, by Newton's method. It is convex, so there is one minimum."""

    def loss(coefficients: np.ndarray) -> float:
        log_odds = columns @ coefficients + offset
        return float(np.sum(weights * (np.logaddexp(0, log_odds) - targets * log_odds)))

    found = np.zeros(columns.shape[1])
    least = loss(found)
    for _ in range(_STEPS):
        log_odds = columns @ found + offset
        expected = np.exp(-np.logaddexp(0, -log_odds))
        gradient = columns.T @ (weights * (expected - targets))
        curvature = (columns * (weights * expected * (1 - expected))[:, np.newaxis]).T @ columns
        # Where all is nearly certain the curve is flat, and a step without the last part would be endless.
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(found)), gradient)
        size = 1.0
        while loss(found - size * step) > least and size > _SMALLEST_STEP:
            size /= 2
        if size <= _SMALLEST_STEP:
            break
        found = found - size * step
        least = loss(found)
        if np.abs(size * step).max() < _SMALLEST_STEP:
            break
    return found
