"""How much of a surface's scores is what was learned, beside the start from features: what is best on validation."""

from collections.abc import Mapping
from typing import Final

import keras
import tensorflow as tf

from models.contract import StartsFromFeatures
from schemas.canonical_event import Surface

_WORDS: Final = {Surface.SEARCH: "search", Surface.RECOMMENDATION: "the feed"}
_SHARES: Final = (0.75, 0.5, 0.25)
"""Those that are tried beside 1. Not 0: items that no feature tells apart would be equal, new ones above all."""


def choose(
    model: keras.Model, validation: tf.data.Dataset, learned: Mapping[str, float]
) -> tuple[dict[Surface, float], dict[str, float]]:
    """Sets a trained model's learned shares to those with the best NDCG@5, of several, for each surface by itself.

    Few examples teach a network more chance than a weighing of features, so that the mean of both is often better than
    either (`UniSAR.set_learned_shares`). Of equal ones the largest share stays.

    Args:
        model: A compiled model that follows `StartsFromFeatures`, with the weights that are to be exported.
        validation: Joint batches with labels, as `fit` validates on.
        learned: The validation of the model as it is, with shares of 1: metrics by name.

    Returns:
        The shares of the surfaces that have rows, and the validation of the model with them: metrics by name.
    """
    if not isinstance(model, StartsFromFeatures):
        raise TypeError(f"The model should follow `StartsFromFeatures`. Received: {type(model).__name__}")
    found = {1.0: dict(learned)}
    found |= {share: _validated(model, validation, dict.fromkeys(Surface, share)) for share in _SHARES}
    shares = {}
    for surface in Surface:
        of_surface = {share: metrics.get(f"ndcg_at_5_{surface.value}", 0.0) for share, metrics in found.items()}
        best = max(of_surface.values())
        if best > 0:
            shares[surface] = max(share for share, value in of_surface.items() if value == best)
    chosen = {surface: shares.get(surface, 1.0) for surface in Surface}
    model.set_learned_shares(chosen)
    of_all = set(shares.values())
    return shares, found[of_all.pop()] if len(of_all) == 1 else _validated(model, validation, chosen)


def told(shares: Mapping[Surface, float]) -> str:
    """The shares in words, for the log; empty if all of what was learned counts."""
    parts = [f"{share:.0%} in {_WORDS[surface]}" for surface, share in shares.items()]
    return ", ".join(parts) if min(shares.values(), default=1.0) < 1 else ""


def _validated(
    model: StartsFromFeatures, validation: tf.data.Dataset, shares: Mapping[Surface, float]
) -> dict[str, float]:
    model.set_learned_shares(shares)
    metrics = model.evaluate(validation, verbose=0, return_dict=True)  # type: ignore[attr-defined]
    return {name: float(value) for name, value in metrics.items()}
