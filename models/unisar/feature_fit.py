"""Weighs the features of candidates by themselves, before anything else is trained: a strong, simple start."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import ops
from scipy import optimize, special

from schemas import features
from schemas.canonical_event import Surface

_PENALTY = 10.0
_ROWS = 20_000
_MOST_READ = 400_000


class FittedWeights(NamedTuple):
    """What was learned of the features of candidates.

    Attributes:
        by_surface: The weights of each surface that has rows, float32 [features] by the surface's name.
        intercepts: What is added to their scores, so that these are logits: `intercept`.
        negatives: How many negatives a row has on average; 0 without rows.
        history_negatives: How many of them its history holds, on average; 0 if nobody looked.
        different_items: How many different items its history holds, on average; 0 if nobody looked.
    """

    by_surface: dict[str, np.ndarray]
    intercepts: dict[str, float]
    negatives: float
    history_negatives: float = 0.0
    different_items: float = 0.0


def weights_by_surface(batches: Iterable[Any], describe: Callable, of_history: Callable | None = None) -> FittedWeights:
    """Fits the weights of each surface, see `fitted_weights`.

    Args:
        batches: Joint batches with their labels. It reads on until each surface has 20,000 rows, and takes no more of
            one. Where a surface is rare or missing, it stops after 400,000 rows of both.
        describe: Computes the features of the candidates of rows, from the rows and their labels.
        of_history: Tells which candidates of rows the history holds, and how many different items it holds; None where
            no negative comes from there.
    """
    values: dict[str, list[np.ndarray]] = defaultdict(list)
    labels: dict[str, list[np.ndarray]] = defaultdict(list)
    read, held, different = 0, 0, 0.0
    for inputs, positives, *_ in batches:
        for surface, rows in inputs.items():
            candidates = ops.convert_to_numpy(rows[features.CANDIDATE_ITEMS])
            read += len(candidates)
            if len(candidates) and sum(map(len, labels[surface])) < _ROWS:
                values[surface].append(ops.convert_to_numpy(describe(rows, positives[surface])))
                of_rows = ops.convert_to_numpy(positives[surface])
                labels[surface].append(np.where(candidates != features.PADDING, of_rows, -1))
                if of_history is not None:
                    is_held, of_row = (ops.convert_to_numpy(each) for each in of_history(rows))
                    held += np.count_nonzero(is_held & (labels[surface][-1] == 0))
                    different += float(of_row.sum())
        if read >= _MOST_READ or all(sum(map(len, labels[surface.value])) >= _ROWS for surface in Surface):
            break
    of_rows = [batch for of_surface in labels.values() for batch in of_surface]
    count = max(sum(map(len, of_rows)), 1)
    negatives = sum(np.count_nonzero(batch == 0) for batch in of_rows) / count
    weights = {name: fitted_weights(values[name], labels[name]) for name in values}
    intercepts = {name: intercept(values[name], labels[name], weights[name]) for name in values}
    return FittedWeights(weights, intercepts, negatives, held / count, different / count)


def fitted_weights(values: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> np.ndarray:
    """Finds the weights of features by which the positives of examples are told from their negatives best.

    It minimizes the cross-entropy of a softmax over the candidates of each example, summed over examples, plus a
    penalty: 5 times the sum of squares of the weights, each multiplied by the standard deviation of its feature. No
    weight is below 0: to have something in common never speaks against a candidate. So a few examples move the weights
    little, and a feature that is the same for all candidates gets 0. The problem is convex: there is one solution,
    whatever the seed.

    Source: ours; the conditional logit of McFadden (1974), with ridge.

    Args:
        values: Float [examples, candidates, features] of batches, which may differ in their numbers of examples and
            candidates.
        labels: Float [examples, candidates] of the same batches, above 0 for positives, below 0 for padding. Examples
            without a positive, or with nothing else, teach nothing.

    Returns:
        Float32 [features].
    """
    batches = [_centred(*each) for each in zip(values, labels, strict=True)]
    width = values[0].shape[-1]
    count = sum(np.count_nonzero(is_item) for _, _, is_item in batches)
    squares = np.sum([np.square(each).sum(axis=(0, 1)) for each, *_ in batches], axis=0)
    deviation = np.sqrt(squares / max(count, 1))
    scale = np.where(deviation > 1e-6, 1 / np.maximum(deviation, 1e-6), 0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, gradient = _PENALTY / 2 * weights @ weights, _PENALTY * weights
        for described, targets, is_item in batches:
            logits = np.where(is_item, described @ (weights * scale), -np.inf)
            logits -= logits.max(axis=1, keepdims=True, initial=-1e30)
            shares = np.exp(logits)
            sums = shares.sum(axis=1, keepdims=True)
            log_shares = np.where(is_item, logits - np.log(sums), 0)
            total -= (targets * log_shares).sum()
            gradient = gradient + np.einsum("bcf,bc->f", described, shares / sums - targets) * scale
        return float(total), gradient

    found = optimize.minimize(loss, np.zeros(width), jac=True, method="L-BFGS-B", bounds=[(0, None)] * width)
    return (found.x * scale).astype(np.float32)


def intercept(values: Sequence[np.ndarray], labels: Sequence[np.ndarray], weights: np.ndarray) -> float:
    """What has to be added to the weighed features, so that candidates are wanted as often as their sigmoid says.

    The weights tell the candidates of a row apart, but not how likely each is.

    Args:
        values: As `fitted_weights` takes them.
        labels: The same.
        weights: What it found.

    Returns:
        The number; 0 where all candidates are wanted, or none.
    """
    pairs = [(described @ weights, targets) for described, targets in zip(values, labels, strict=True)]
    logits = np.concatenate([scores[targets >= 0] for scores, targets in pairs])
    wanted = np.concatenate([targets[targets >= 0] > 0 for _, targets in pairs])
    if wanted.all() or not wanted.any():
        return 0.0
    bound = 50 + np.abs(logits).max()

    def excess(added: float) -> float:
        return float(special.expit(logits + added).mean() - wanted.mean())

    return float(optimize.brentq(excess, -bound, bound))


def _centred(values: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Float64 features without the mean of their example, its positives' shares, and what is no padding."""
    positives = np.maximum(labels, 0)
    is_item = labels >= 0
    teaches = (positives.sum(axis=1) > 0) & ((is_item & (labels == 0)).any(axis=1))
    values, positives, is_item = values[teaches].astype(np.float64), positives[teaches], is_item[teaches]
    means = (values * is_item[..., None]).sum(axis=1, keepdims=True) / is_item.sum(axis=1)[:, None, None]
    return (values - means) * is_item[..., None], positives / positives.sum(axis=1, keepdims=True), is_item
