"""Calibrates a trained model's scores on the validation split, each surface by itself."""

import dataclasses
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from schemas.score_map import ScoreMap
from tfx_pipeline.config.calibration_config import CalibrationConfig
from tfx_pipeline.export.sources.popularity_order import PopularityOrder
from tfx_pipeline.training.platt_scaling import fit_level, fit_line, weighted_log_loss

_MOST_CLICKS: Final = 20_000
"""A line has two numbers. So many clicks tell the second one to about 0.007."""
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Calibration:
    """What scores are calibrated to.

    Attributes:
        config: The section of the configuration.
        adds_item_prior: Whether lists add the logarithm of an item's popularity to the scores (`ItemPrior`).
    """

    config: CalibrationConfig
    adds_item_prior: bool = False


class _Scored(NamedTuple):
    """The candidates of some rows.

    Attributes:
        logits: Float32 [candidates].
        is_positive: Bool [candidates]; one of a row is.
        items: Int32 [candidates].
        negatives: Int32 [candidates], how many negatives their row has; at least 1.
    """

    logits: np.ndarray
    is_positive: np.ndarray
    items: np.ndarray
    negatives: np.ndarray


def score_maps(
    model: keras.Model,
    batches: tf.data.Dataset,
    examples: int,
    calibration: Calibration,
    engagements: np.ndarray,
    surfaces: Sequence[str],
) -> dict[str, ScoreMap]:
    """Fits the line of each surface through the logits of the validation split's candidates.

    A row stands for one click. Its negatives count together as many times as there are candidates beside a clicked one
    (`ScoreMap.candidates`), however many were drawn.

    Args:
        model: The model, with the weights that are exported.
        batches: Joint batches of the validation split with labels, as `fit` validates on.
        examples: How many rows these have. Of very many, every n-th is scored.
        calibration: What scores are calibrated to.
        engagements: Int [items], how often training was engaged with each item.
        surfaces: The surfaces that were trained.

    Returns:
        The maps by the surface's value. A surface without a row that has a positive and a negative has none.
    """
    items = len(engagements) - 2
    priors = _priors(engagements)
    by_surface: dict[str, list[_Scored]] = {surface: [] for surface in surfaces}
    for surface, scored in _scored(model, batches, every=-(-examples // (len(surfaces) * _MOST_CLICKS)) or 1):
        if surface in by_surface:
            by_surface[surface].append(scored)
    found = {}
    for surface, parts in by_surface.items():
        candidates = calibration.config.of_surface(surface == Surface.SEARCH.value, items)
        if not any(len(each.logits) for each in parts):
            _LOG.warning("Scores in %s are not calibrated: its validation split has no click to learn from.", surface)
            continue
        of_all = _Scored(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        found[surface] = _fitted(surface, of_all, candidates, priors if calibration.adds_item_prior else None)
    return found


def _fitted(surface: str, scored: _Scored, candidates: float | None, priors: np.ndarray | None) -> ScoreMap:
    is_positive, logits = scored.is_positive, scored.logits.astype(np.float64)
    weights = np.ones(len(logits))
    if candidates is not None:
        weights[~is_positive] = (candidates - 1) / scored.negatives[~is_positive]
    line = fit_line(logits, is_positive, weights)
    if line.is_flat:
        _LOG.warning(
            "The model ranks the clicks of validation in %s no better than chance, so all scores are about equal.",
            surface,
        )
    log_odds, clicks = line.slope * logits + line.intercept, int(is_positive.sum())
    shift = 0.0
    if priors is not None:
        # Negatives were drawn by popularity. Each counts as often as if all items had been drawn alike.
        drawn = np.where(is_positive, 1.0, weights * np.exp(-priors[scored.items]))
        drawn[~is_positive] *= weights[~is_positive].sum() / drawn[~is_positive].sum()
        shift = fit_level(log_odds + line.slope * priors[scored.items], is_positive, drawn)
    _LOG.info(
        "Calibrated in %s on %s clicks, one in %s candidates: log-odds are %.3f x logit %+.3f (+- %.3f), log loss "
        "%.4f, was %.4f",
        surface,
        f"{clicks:,}",
        f"{candidates:,.6g}" if candidates else "those given",
        line.slope,
        line.intercept,
        line.error,
        weighted_log_loss(log_odds, is_positive, weights),
        weighted_log_loss(logits, is_positive, weights),
    )
    return ScoreMap(line.slope, line.intercept, candidates, shift)


def _scored(model: keras.Model, batches: tf.data.Dataset, every: int) -> Iterator[tuple[str, _Scored]]:
    """Scores every n-th row, and yields the candidates of those that have a positive and a negative."""
    table = model.item_embeddings()
    score = tf.function(lambda inputs: model.score(inputs, item_table=table), autograph=False, reduce_retracing=True)
    for by_surface, labels in batches:
        for surface, rows in by_surface.items():
            chosen: Mapping[str, tf.Tensor] = {name: values[::every] for name, values in rows.items()}
            if not len(chosen[features.CANDIDATE_ITEMS]):
                continue
            logits, items = score(chosen).numpy(), chosen[features.CANDIDATE_ITEMS].numpy()
            is_item = items != features.PADDING
            is_positive = (labels[surface][::every].numpy() > 0) & is_item
            negatives = np.sum(is_item & ~is_positive, axis=1, keepdims=True)
            kept = is_item & (is_positive.sum(axis=1, keepdims=True) == 1) & (negatives > 0)
            columns = (logits, is_positive, items, np.broadcast_to(negatives, items.shape))
            yield surface, _Scored(*(each[kept] for each in columns))


def _priors(engagements: np.ndarray) -> np.ndarray:
    """What lists add to the log-odds of each row of the item table, as `ItemPrior` does; 0 for no real item."""
    order, priors = PopularityOrder(engagements), np.zeros(len(engagements))
    priors[order.rows.numpy()] = np.log(order.shares.numpy().astype(np.float64) * order.items)
    return priors
