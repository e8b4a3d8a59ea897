"""Compares the variants of an experiment with the first one: means and deviations over seeds, differences and tests."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from schemas.canonical_event import Surface
from schemas.rank_metrics import rank_metrics
from tfx_pipeline.experiments.paired_difference import holm, p_of, reach_of, seed_variance
from tfx_pipeline.experiments.results import EPOCH, Result, Trained

METRIC: Final = "ndcg_at_5"
"""The metric that variants are compared by, as early stopping chooses epochs by it."""


@dataclasses.dataclass(frozen=True)
class Figure:
    """A number that was measured with some seeds.

    Attributes:
        mean: The mean over seeds.
        deviation: The standard deviation over seeds, of a sample; None with one seed.
    """

    mean: float
    deviation: float | None


@dataclasses.dataclass(frozen=True)
class Row:
    """A variant on a surface.

    Attributes:
        variant: The variant's name.
        surface: The surface's name.
        seeds: The seeds that it was trained with.
        metrics: The metrics on the validation split, by name.
        epochs: The lowest and the highest of the best epochs.
        is_best: Whether no variant has a higher `METRIC` on this surface.
        users: How many users its differences were tested on; 0 if they were not.
        difference: In `METRIC`, this variant minus the first one with the same seeds; None for the first one and where
            it was not trained.
        reach: The interval of its `METRIC` over users and seeds (`paired_difference.reach_of`); None where what users
            gained is not known.
        difference_reach: The interval of the difference, where there is a `p`.
        p: See `paired_difference.p_of`; None where nothing could be tested.
        p_corrected: The same after Holm's correction over all rows.
    """

    variant: str
    surface: str
    seeds: tuple[int, ...]
    metrics: Mapping[str, Figure]
    epochs: tuple[int, int]
    is_best: bool = False
    users: int = 0
    difference: Figure | None = None
    reach: tuple[float, float] | None = None
    difference_reach: tuple[float, float] | None = None
    p: float | None = None
    p_corrected: float | None = None


def rows(results: Sequence[Result]) -> list[Row]:
    """Compares what was trained so far.

    Args:
        results: In the order of the trainings, so that the first is of the variant that the others are compared with.

    Returns:
        A row for each variant and surface, the variants in their order. A variant that was not trained has none.
    """
    by_variant: dict[str, dict[int, Result]] = {}
    for each in results:
        by_variant.setdefault(each.training.variant.name, {})[each.training.turn] = each
    trained = {
        name: {turn: each.trained for turn, each in turns.items() if each.trained} for name, turns in by_variant.items()
    }
    base = next(iter(trained), "")
    found = [
        _row(name, surface.value, trained[base] if name != base else {}, own, by_variant[name])
        for name, own in trained.items()
        for surface in Surface
        if any(surface.value in each.metrics for each in own.values())
    ]
    return _corrected(_with_best(_tested(found)))


def _row(
    name: str, surface: str, base: Mapping[int, Trained], own: Mapping[int, Trained], results: Mapping[int, Result]
) -> tuple[Row, np.ndarray | None]:
    """A row before it is tested, and its differences by user, float [seeds, users], if it can be."""
    measured = {turn: each.metrics[surface] for turn, each in own.items() if surface in each.metrics}
    # A training of an earlier release, taken from the cache, lacks metrics that are new.
    listed = [metric.name for metric in rank_metrics()]
    names = [each for each in listed if all(each in metrics for metrics in measured.values())]
    epochs = [int(each[EPOCH]) for each in measured.values()]
    gains = _gains_by_user([own[turn] for turn in measured], surface)
    row = Row(
        name,
        surface,
        tuple(results[turn].training.seed for turn in measured),
        {each: figure([metrics[each] for metrics in measured.values()]) for each in names},
        (min(epochs), max(epochs)),
        reach=None if gains is None else reach_of(gains),
    )
    pairs = [turn for turn in measured if turn in base and surface in base[turn].metrics]
    if not pairs:
        return row, None
    differences = [measured[turn][METRIC] - base[turn].metrics[surface][METRIC] for turn in pairs]
    of_users = _by_user([base[turn] for turn in pairs], [own[turn] for turn in pairs], surface)
    users = 0 if of_users is None else of_users.shape[1]
    return dataclasses.replace(row, difference=figure(differences), users=users), of_users


def _tested(found: Sequence[tuple[Row, np.ndarray | None]]) -> list[Row]:
    """The rows with p and interval of their differences. Seeds vary at least as those of most rows of the surface."""
    variances: dict[str, list[float]] = {}
    for row, of_users in found:
        varies = None if of_users is None else seed_variance(of_users)
        if varies is not None:
            variances.setdefault(row.surface, []).append(varies)
    usual = {surface: statistics.median(each) for surface, each in variances.items()}
    return [
        row
        if of_users is None
        else dataclasses.replace(
            row,
            difference_reach=reach_of(of_users, usual.get(row.surface, 0.0)),
            p=p_of(of_users, usual.get(row.surface, 0.0)),
        )
        for row, of_users in found
    ]


def _by_user(base: Sequence[Trained], own: Sequence[Trained], surface: str) -> np.ndarray | None:
    """The differences by user, float [seeds, users]; None if the variants were not asked the same.

    They add up to the difference of the metrics, times the number of users: what is tested is what is told.
    """
    both = _gains_by_user([*base, *own], surface)
    return None if both is None else both[len(base) :] - both[: len(base)]


def _gains_by_user(trained: Sequence[Trained], surface: str) -> np.ndarray | None:
    """What each user adds to the metric, float [trainings, users]; None if they were not all asked the same.

    It is the sum over the user's examples, not the mean, so that the mean over users is the mean over examples.
    """
    first, *others = (each.gains.get(surface) for each in trained)
    if first is None or not all(
        each and np.array_equal(each.users, first.users) and np.array_equal(each.counts, first.counts)
        for each in others
    ):
        return None
    column = [metric.name for metric in rank_metrics()].index(METRIC)
    sums = np.stack([each.gains[surface].sums[:, column] for each in trained])
    return sums * (len(first.users) / first.counts.sum())


def _with_best(found: Sequence[Row]) -> list[Row]:
    best: dict[str, float] = {}
    for row in found:
        best[row.surface] = max(best.get(row.surface, 0.0), row.metrics[METRIC].mean)
    return [dataclasses.replace(row, is_best=row.metrics[METRIC].mean == best[row.surface]) for row in found]


def _corrected(found: Sequence[Row]) -> list[Row]:
    values = iter(holm([row.p for row in found if row.p is not None]))
    return [row if row.p is None else dataclasses.replace(row, p_corrected=next(values)) for row in found]


def figure(values: Sequence[float]) -> Figure:
    """The mean and the deviation of a number's values, one for each seed."""
    return Figure(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None)
