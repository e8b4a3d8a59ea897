"""Which share of its examples a training does not learn from, or not in all of its losses, by cause."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import tensorflow as tf

from models.contract import LeavesRowsOut
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING
from tfx_pipeline.training import inputs

MOST_ROWS: Final = 20_000
"""As many are looked at, the first of the files. A share of so many has an error of less than 0.01."""

Counts = dict[str, tuple[float, float]]
"""By cause how many are left out, and of how many."""


def not_read(
    file_patterns: Sequence[str], surfaces: Sequence[str], sequence_ends_only: bool, most: int = MOST_ROWS
) -> dict[str, float]:
    """The shares of the rows of files that a training does not read.

    Args:
        file_patterns: Of transformed examples.
        surfaces: The surfaces that are trained.
        sequence_ends_only: See `TrainConfig`.
        most: How many rows are looked at.

    Returns:
        `other_surface`, and `no_sequence_end` for the rows of the surfaces that end no sequence; 0 where nothing is
        left out.
    """
    columns = {name: tf.io.FixedLenFeature([], tf.int64) for name in (features.SURFACE_INDEX, features.IS_SEQUENCE_END)}
    indices = [Surface(name).model_index for name in surfaces]
    rows = other = within = 0
    for batch in inputs.read_records(file_patterns).take(most).batch(4096):
        read = tf.io.parse_example(batch, columns)
        is_own = np.isin(read[features.SURFACE_INDEX].numpy(), indices)
        rows, other = rows + len(is_own), other + int((~is_own).sum())
        if sequence_ends_only:
            within += int((is_own & (read[features.IS_SEQUENCE_END].numpy() != 1)).sum())
    return _shares({"other_surface": (other, rows), "no_sequence_end": (within, rows)})


def without_effect(batches: Iterable[Any], model: Any, negatives: int = 0, most: int = MOST_ROWS) -> dict[str, float]:
    """The shares of what a training reads, but some or all losses leave out.

    Args:
        batches: Joint batches with all negatives, as `inputs.joint_batches` makes them with or without weights.
        model: What is trained.
        negatives: How many negatives of a row an epoch draws; 0 for all.
        most: How many rows are looked at, at least.

    Returns:
        Of the rows: `no_recommendation_history` and `no_search_history`, from which no transition comes; `no_negative`
        and `no_positive`; and `weight_0`, if rows have weights. Of the negatives: `negatives_not_drawn` in one epoch.
        And what `LeavesRowsOut` of the model tells.
    """
    counts: Counts = {}
    rows = 0
    for inputs_by_surface, labels, *weights in batches:
        for surface, side in inputs_by_surface.items():
            read = {name: np.asarray(value) for name, value in side.items()}
            weight = weights[0][surface].get(features.EXAMPLE_WEIGHT) if weights else None
            _add(counts, _of_side(read, np.asarray(labels[surface]), weight, negatives))
            rows += len(read[features.USER])
        if isinstance(model, LeavesRowsOut):
            _add(counts, model.left_out(inputs_by_surface))
        if rows >= most:
            break
    return _shares(counts)


def _of_side(side: Mapping[str, np.ndarray], labels: np.ndarray, weights: Any, negatives: int) -> Counts:
    real = side[features.CANDIDATE_ITEMS] != PADDING
    positive = real & (labels > 0)
    of_row = (real & ~positive).sum(axis=1)
    rows = len(labels)
    found = {
        "no_recommendation_history": ~(side[features.RECOMMENDATION_ITEMS] != PADDING).any(axis=1),
        "no_search_history": ~(side[features.SEARCH_KINDS] != PADDING).any(axis=1),
        "no_negative": of_row == 0,
        "no_positive": ~positive.any(axis=1),
    }
    if weights is not None:
        found["weight_0"] = np.asarray(weights) == 0
    counts = {name: (float(mask.sum()), float(rows)) for name, mask in found.items()}
    if negatives:
        counts["negatives_not_drawn"] = float(np.maximum(of_row - negatives, 0).sum()), float(of_row.sum())
    return counts


def _add(counts: Counts, more: Mapping[str, tuple[Any, Any]]) -> None:
    for name, (left, of) in more.items():
        before = counts.get(name, (0.0, 0.0))
        counts[name] = before[0] + float(left), before[1] + float(of)


def _shares(counts: Counts) -> dict[str, float]:
    return {name: left / of if of else 0.0 for name, (left, of) in counts.items()}
