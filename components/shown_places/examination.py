"""How much of each place users see: the examination of a position-based click model.

In that model (Craswell et al. 2008, "An experimental comparison of click position-bias models"; Wang et al. 2018,
"Position bias estimation for unbiased learning to rank in personal search"), whoever is shown a thing at a place
engages with it with the probability

    examination(place) * attraction(thing)

A thing is an item, in search one for a query. Only things that were shown at several places tell both apart. They do so
even where nobody drew the places at random, as long as what decides the place of a thing is not how much it is wanted
just then (Agarwal et al. 2019, "Estimating position bias without intrusive interventions").

Most things are shown a few times. If the attraction of each is estimated beside the examination by maximum likelihood,
as plain EM does, the examination comes out wrong however long the log is: for things of attraction 0.2 that were shown
once at each of two places, 0.36 in place of 0.5 (`examination_test.py` has the sum). So attraction is conditioned out:
given how often a thing was engaged with, the share at each place is

    shown(place) * examination(place) / sum over places of shown * examination

This is the Poisson regression with an effect of each thing (Hausman, Hall and Griliches 1984), which needs no more than
that the mean is right (Wooldridge 1999, "Distribution-free estimation of some nonlinear panel data models"). Its
likelihood is concave in the logarithms, so that it has one top, which Newton's steps climb.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from components.shown_places.count_files import Pattern, SurfaceCounts

_STEPS: Final = 200
_TOLERANCE: Final = 1e-12
"""Of the likelihood's logarithm. What is left to climb is then a millionth of a standard error."""
_ROWS_AT_ONCE: Final = 1 << 16
NOTHING_SHOWN: Final = (
    "each item that was shown at a known place was engaged with; items that were only shown (label 0) need a place, too"
)
NOTHING_MOVED: Final = (
    "no item was shown at several places and engaged with there, so that examination and attraction cannot be told "
    "apart"
)


@dataclass(frozen=True)
class Examination:
    """How likely users are to see what stands at a place.

    Attributes:
        chances: The examination of each place of which it can be told, above 0; 1 for `reference`.
        errors: Its standard error, if engagements are independent of each other; none if it was given.
        reference: The place that all are compared with: the first of those that can be told apart; 0 without any.
        why_not: Why no place can be told, in a sentence without an end; empty if some can.
    """

    chances: Mapping[int, float] = field(default_factory=dict)
    errors: Mapping[int, float] = field(default_factory=dict)
    reference: int = 0
    why_not: str = ""


def given_examination(chances: Sequence[float]) -> Examination:
    """An examination that somebody knows: that of the places 1, 2 and so on."""
    return Examination(dict(enumerate(chances, start=1)), {}, 1)


def fitted_examination(counts: SurfaceCounts) -> Examination:
    """Estimates the examination of the places of a surface.

    Places are told apart only as far as engagements lead from one to another and back: with engagements at the second
    place alone, of things that stood at both, the first would have none at all. Others are left out.
    """
    if all(times.shown == times.engaged for times in counts.totals.values()):
        return Examination(why_not=NOTHING_SHOWN)
    table = _Table.of(counts.patterns)
    if table is not None:
        table = table.connected()
    if table is None:
        return Examination(why_not=NOTHING_MOVED)
    chances = table.climb()
    errors = table.errors(chances)
    return Examination(
        dict(zip(table.places.tolist(), chances.tolist(), strict=True)),
        dict(zip(table.places.tolist(), errors.tolist(), strict=True)),
        int(table.places[0]),
    )


@dataclass(frozen=True)
class _Table:
    """Patterns as a sparse table.

    Attributes:
        places: int [columns] the places, ascending.
        row: int [entries] the pattern of each entry, from 0, ascending.
        column: int [entries] its place, as an index of `places`.
        shown: float [entries].
        engaged: float [entries].
    """

    places: np.ndarray
    row: np.ndarray
    column: np.ndarray
    shown: np.ndarray
    engaged: np.ndarray

    @classmethod
    def of(cls, patterns: Sequence[Pattern]) -> "_Table | None":
        if not patterns:
            return None
        places = np.concatenate([each.places for each in patterns])
        row = np.repeat(np.arange(len(patterns)), [len(each.places) for each in patterns])
        shown = np.concatenate([each.shown for each in patterns]).astype(float)
        engaged = np.concatenate([each.engaged for each in patterns]).astype(float)
        there, column = np.unique(places, return_inverse=True)
        return cls(there, row, column, shown, engaged)

    def connected(self) -> "_Table | None":
        """The part of the table whose places can be compared; the one with the most engagements if there are several.

        None if no place can be compared with another.
        """
        size = len(self.places)
        leads = np.eye(size, dtype=bool)
        for is_there, engaged in self._dense(np.ones_like(self.shown), self.engaged):
            leads |= (is_there.T @ (engaged > 0).astype(float)) > 0
        for _ in range(size.bit_length()):
            leads = (leads.astype(float) @ leads) > 0
        both_ways = leads & leads.T
        engagements = both_ways @ np.bincount(self.column, self.engaged, size)
        kept = both_ways[np.lexsort((np.arange(size), -engagements))[0]]
        if kept.sum() < 2:
            return None
        chosen = kept[self.column]
        # What stood at one of these places alone, or was engaged with at none, tells nothing.
        entries = np.bincount(self.row, chosen)
        engaged = np.bincount(self.row, chosen * self.engaged)
        chosen &= ((entries > 1) & (engaged > 0))[self.row]
        _, row = np.unique(self.row[chosen], return_inverse=True)
        column = (np.cumsum(kept) - 1)[self.column[chosen]]
        return _Table(self.places[kept], row, column, self.shown[chosen], self.engaged[chosen])

    def climb(self) -> np.ndarray:
        """The examinations, float [columns], those of the first place 1, that make the engagements most likely."""
        logs = np.zeros(len(self.places))
        for _ in range(_STEPS):
            slope, information = self._slope(np.exp(logs))
            step = np.concatenate([[0.0], np.linalg.solve(information[1:, 1:], slope[1:])])
            gain = float(slope @ step)
            if gain < _TOLERANCE:
                break
            before = self._likelihood(logs)
            while gain > _TOLERANCE and self._likelihood(logs + step) < before + gain / 4:
                step, gain = step / 2, gain / 2
            logs += step
        return np.exp(logs)

    def _likelihood(self, logs: np.ndarray) -> float:
        """The logarithm of the likelihood, but for a constant, at logarithms of examinations."""
        seen = np.bincount(self.row, self.shown * np.exp(logs)[self.column])
        return float(self.engaged @ logs[self.column] - np.bincount(self.row, self.engaged) @ np.log(seen))

    def errors(self, chances: np.ndarray) -> np.ndarray:
        """The standard errors of the examinations, float [columns], by the information of the likelihood."""
        _, information = self._slope(chances)
        variances = np.diag(np.linalg.inv(information[1:, 1:]))
        return chances * np.sqrt(np.concatenate([[0.0], variances]))

    def _slope(self, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The likelihood's slope, float [columns], and information, float [columns, columns], by the logarithms."""
        size = len(self.places)
        seen = self.shown * chances[self.column]
        share = seen / np.bincount(self.row, seen)[self.row]
        slope, information = np.zeros(size), np.zeros((size, size))
        for shares, engaged in self._dense(share, self.engaged):
            expected = shares * engaged.sum(axis=1, keepdims=True)
            slope += engaged.sum(axis=0) - expected.sum(axis=0)
            information += np.diag(expected.sum(axis=0)) - shares.T @ expected
        return slope, information

    def _dense(self, *values: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
        """Values of entries as arrays [rows, columns], some rows at once."""
        last = int(self.row[-1]) + 1
        for first in range(0, last, _ROWS_AT_ONCE):
            begin, end = np.searchsorted(self.row, [first, first + _ROWS_AT_ONCE])
            shape = (min(_ROWS_AT_ONCE, last - first), len(self.places))
            places = (self.row[begin:end] - first, self.column[begin:end])
            arrays = tuple(np.zeros(shape) for _ in values)
            for array, each in zip(arrays, values, strict=True):
                array[places] = each[begin:end]
            yield arrays
