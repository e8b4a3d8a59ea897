"""What scores of candidates are worth beside the order that they give: AUC, log loss and calibration.

The candidates of an example are its positive and, as a rule, negatives that were drawn. So how many of all candidates
are positives is a choice of ours, which training (`train.negatives`) and evaluation make differently, and scores that
training fitted are too high or too low by it as a whole. Log loss and calibration are told as they are, and once more
after all log-odds were moved by one number, so that the mean score is the share of positives.

A calibrated score says of how many candidates one is clicked. There, an example's negatives count together as many
times as that number says, however many were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from components.baselines.comparison_keys import (
    AUC,
    BINS,
    CALIBRATION_ERROR,
    LOG_LOSS,
    OBSERVED_TO_PREDICTED,
    SHIFT,
    SHIFTED_CALIBRATION_ERROR,
    SHIFTED_LOG_LOSS,
)

_LEAST: Final = float(np.finfo(np.float32).eps)
"""In the log loss, scores nearer to 0 or 1 count as this far from them, as in scikit-learn's `log_loss` of float32."""
_TINY: Final = float(np.finfo(np.float32).tiny)
_FAR: Final = 90.0
_FINE: Final = 9_000
"""Log-odds are counted in so many bins of equal width from -90 to 90; beyond is no float32."""
_COARSE: Final = 10
_HALVINGS: Final = 60


@dataclass
class ScoreSums:
    """Sums over examples, so that those of several workers can be added.

    Attributes:
        examples: How many examples have both a positive and a negative.
        auc: The sum of their AUCs.
        are_probabilities: Whether all scores are from 0 to 1.
        log_loss: The sum of the losses of all candidates.
        bins: float64 [3, bins] by log-odds: as how many candidates they count, how many positives, and the sum of the
            log-odds.
    """

    examples: int = 0
    auc: float = 0.0
    are_probabilities: bool = True
    log_loss: float = 0.0
    bins: np.ndarray = field(default_factory=lambda: np.zeros((3, _FINE)))

    @classmethod
    def of_batch(
        cls, scores: np.ndarray, is_positive: np.ndarray, is_item: np.ndarray, candidates: float | None = None
    ) -> ScoreSums:
        """The sums of a batch. Examples without a positive are left out.

        Args:
            scores: float [rows, candidates]; one that is no number makes them no probabilities.
            is_positive: bool [rows, candidates] at most one of a row.
            is_item: bool [rows, candidates] False for padding.
            candidates: As how many candidates those of a row count; None: as many as they are. Otherwise a row without
                a negative is left out.
        """
        rows = is_positive.any(axis=1)
        scores, is_positive, is_item = scores[rows].astype(np.float64), is_positive[rows], is_item[rows]
        is_negative = is_item & ~is_positive
        negatives = is_negative.sum(axis=1)
        own = np.sum(np.where(is_positive, scores, 0.0), axis=1, keepdims=True)
        wins = np.sum(is_negative & (scores < own), axis=1) + np.sum(is_negative & (scores == own), axis=1) / 2
        told = negatives > 0
        if candidates is not None:
            is_item = is_item & told[:, np.newaxis]
        flat, labels = scores[is_item], is_positive[is_item]
        weights = np.ones(len(flat))
        if candidates is not None:
            of_row = (candidates - 1) / np.maximum(negatives, 1)
            weights = np.where(labels, 1.0, np.broadcast_to(of_row[:, np.newaxis], is_item.shape)[is_item])
        are_probabilities = bool(np.all((flat >= 0) & (flat <= 1)))
        sums = cls(int(told.sum()), float(np.sum(wins[told] / negatives[told])), are_probabilities)
        if are_probabilities:
            bounded = np.clip(flat, _LEAST, 1 - _LEAST)
            sums.log_loss = float(-np.sum(weights * np.log(np.where(labels, bounded, 1 - bounded))))
            apart = np.clip(flat, _TINY, 1 - _LEAST / 2)
            log_odds = np.log(apart) - np.log1p(-apart)
            place = np.clip((log_odds + _FAR) / (2 * _FAR) * _FINE, 0, _FINE - 1).astype(int)
            added = (weights, labels.astype(float), weights * log_odds)
            sums.bins = np.stack([np.bincount(place, each, _FINE) for each in added])
        return sums

    def __add__(self, other: ScoreSums) -> ScoreSums:
        """The sums over the examples of both."""
        return ScoreSums(
            self.examples + other.examples,
            self.auc + other.auc,
            self.are_probabilities and other.are_probabilities,
            self.log_loss + other.log_loss,
            self.bins + other.bins,
        )

    def figures(self) -> dict[str, Any]:
        """The figures by name.

        * `auc`: the mean over examples of the share of their negatives that score below the positive, equal ones half
          (the grouped AUC of Zhou et al. 2018, arXiv 1706.06978). TFMA's AUC compares candidates of different examples,
          too, which nobody ever ranks together.

        And, if all scores are from 0 to 1:

        * `log_loss`: the mean over candidates of -ln of the probability that the score gives to what happened.
        * `observed_to_predicted`: positives divided by the sum of the scores. TFMA's `calibration` is its reciprocal.
        * `calibration_error`: the expected calibration error (Naeini et al. 2015): the mean over candidates of |share
          of positives - mean score| of their bin. Ten bins by score, each with about a tenth of the positives that are
          predicted: nearly all candidates have a score near 0, and bins of equal width or number would see only these.
        * `shift`: what has to be added to all log-odds, so that positives are as many as predicted; `shifted_log_loss`
          and `shifted_calibration_error`: the same after that.
        * `bins`: for each of the ten, after that: candidates, mean score, share of positives.
        """
        found: dict[str, Any] = {AUC: self.auc / self.examples} if self.examples else {}
        counts, positives, sums = self.bins
        candidates = counts.sum()
        if not (self.examples and self.are_probabilities):
            return found
        log_odds = np.divide(sums, counts, out=np.zeros(_FINE), where=counts > 0)
        shift = _shift(log_odds, counts, positives.sum())
        moved = log_odds + shift
        losses = positives * np.logaddexp(0, -moved) + (counts - positives) * np.logaddexp(0, moved)
        bins = _coarse(_sigmoid(moved), counts, positives)
        return found | {
            LOG_LOSS: self.log_loss / candidates,
            OBSERVED_TO_PREDICTED: float(positives.sum() / np.sum(counts * _sigmoid(log_odds))),
            CALIBRATION_ERROR: _error(_coarse(_sigmoid(log_odds), counts, positives)),
            SHIFT: shift,
            SHIFTED_LOG_LOSS: float(losses.sum() / candidates),
            SHIFTED_CALIBRATION_ERROR: _error(bins),
            BINS: [[round(count), float(mean), float(share)] for count, mean, share in bins],
        }


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -log_odds))


def _shift(log_odds: np.ndarray, counts: np.ndarray, positives: float) -> float:
    """The number that makes the sum of the scores the number of positives, by bisection."""
    low, high = -2 * _FAR, 2 * _FAR
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if np.sum(counts * _sigmoid(log_odds + middle)) > positives else (middle, high)
    return (low + high) / 2


def _coarse(scores: np.ndarray, counts: np.ndarray, positives: np.ndarray) -> np.ndarray:
    """Ten bins of about equal sums of scores, float [bins, 3]: candidates, mean score, share of positives.

    Empty ones are left out. A fine bin is in one of them as a whole, so that equal scores stay together.
    """
    predicted = counts * scores
    middle = np.cumsum(predicted) - predicted / 2
    place = np.minimum((_COARSE * middle / predicted.sum()).astype(int), _COARSE - 1)
    of_bin = [np.bincount(place, each, _COARSE) for each in (counts, predicted, positives)]
    total = of_bin[0]
    is_there = total > 0
    return np.stack(
        [total, *(np.divide(each, total, out=np.zeros(_COARSE), where=is_there) for each in of_bin[1:])], 1
    )[is_there]


def _error(bins: np.ndarray) -> float:
    counts, scores, shares = bins.T
    return float(np.sum(counts * np.abs(shares - scores)) / counts.sum())
