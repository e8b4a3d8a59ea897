"""Checks `item_prior`, and that lists score items as `rank` does but for it."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from components.servability_gate.checks.scores import Asked, RefusedError, agree, run
from components.servability_gate.requests.rank_inputs import strings
from schemas import features, signatures
from schemas.canonical_event import Surface
from schemas.score_map import ScoreMap

_ROUNDED = 2.0**-23
"""How far a float32 score near 1 may be from what was computed: a few steps of its last bit."""
_LEAST, _MOST = float(np.finfo(np.float32).tiny), 1 - 2.0**-25
"""Scores of 0 and 1 have no log-odds."""
_STEEPEST = 0.25
"""How much a score rises with its log-odds at most, which is at 0.5."""


def try_item_prior(servable: Asked, signature: str, examples: Sequence[tf.train.Example], _: float) -> None:
    """Asks for the priors of all candidates together and one by one: an item's must not depend on the others.

    `retrieval.py` compares them with what lists really add.
    """
    items = np.unique([item for example in examples for item in strings(example, features.CANDIDATES)])
    together = told_priors(servable, items.astype(object))
    for item, prior in zip(items.tolist(), together, strict=True):
        alone = told_priors(servable, np.array([item], object))
        agree(alone, prior[np.newaxis], 0, f"`{signature}` tells another prior of an item together with others")


def told_priors(servable: Asked, items: np.ndarray) -> np.ndarray:
    """Asks for the priors of items: bytes of any shape to float32 of that shape, all finite.

    Raises:
        RefusedError: The signature fails, or answers anything else.
    """
    outputs = run(servable, signatures.ITEM_PRIOR, {signatures.ITEM_ID: items.reshape(-1)})
    priors = outputs.get(signatures.PRIOR)
    if priors is None or priors.dtype != np.float32 or priors.shape != (items.size,) or not np.isfinite(priors).all():
        raise RefusedError(
            f"signature `{signatures.ITEM_PRIOR}` should answer finite float32 `{signatures.PRIOR}` [{items.size}] "
            f"(batch), it answered {outputs}"
        )
    return priors.reshape(items.shape)


def list_priors(servable: Asked, signature: str, items: np.ndarray) -> np.ndarray | None:
    """What the log-odds of a list have more than those of `rank`: float32, shaped like `items`; None if nothing.

    Where scores are calibrated, it is not the prior itself, but what the surface's `ScoreMap` makes of it.
    """
    if signatures.ITEM_PRIOR not in servable.signature_defs:
        return None
    surface = Surface.SEARCH if signature == signatures.SEARCH else Surface.RECOMMENDATION
    line = servable.score_maps.get(surface.value, ScoreMap())
    return told_priors(servable, items) * np.float32(line.slope) + np.float32(line.list_shift)


def agree_among_all(
    by_rank: np.ndarray, listed: np.ndarray, priors: np.ndarray, tolerance: float, difference: str
) -> None:
    """Compares scores of lists with those of `rank`: their log-odds should differ by the items' priors alone.

    Log-odds may differ by as much as is the tolerance where a score rises with them most, around 0.5, and by as much as
    rounding to float32 changes those of scores near 1.

    Args:
        by_rank: Float32 scores of `rank`.
        listed: Float32 scores of a list, of the same shape.
        priors: Float32 of the same shape.
        tolerance: How far scores may differ.
        difference: What it says if they differ.

    Raises:
        RefusedError: They differ by more.
    """
    expected = np.clip(_log_odds(by_rank) + priors, *_log_odds(np.array([_LEAST, _MOST])))
    largest = np.abs(expected - _log_odds(listed))
    rounding = sum(_ROUNDED / (1 - np.minimum(each.astype(np.float64), _MOST)) for each in (by_rank, listed))
    if (largest > tolerance / _STEEPEST + rounding).any():
        raise RefusedError(
            f"{difference}: with the `{signatures.PRIOR}` of `{signatures.ITEM_PRIOR}` added, their log-odds differ by "
            f"up to {largest.max():.3g}"
        )


def coarseness(listed: np.ndarray, priors: np.ndarray) -> np.ndarray:
    """How far each score of a list may be off only because those of `rank`, which they are made of, are float32.

    A score of `rank` near 1 has few steps left. If a prior far below 0 takes it away from there, the steps are large.
    """
    moved = listed.astype(np.float64)
    by_rank = np.minimum(1 / (1 + np.exp(priors - _log_odds(listed))), _MOST)
    return _ROUNDED * moved * (1 - moved) / (1 - by_rank)


def _log_odds(scores: np.ndarray) -> np.ndarray:
    bounded = np.clip(scores.astype(np.float64), _LEAST, _MOST)
    return np.log(bounded) - np.log1p(-bounded)
