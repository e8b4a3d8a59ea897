"""What an engagement counts for, given the place at which its item was shown.

An engagement at a place that one in four users sees stands for three more that would have come at the top, so it has
the weight 1 / examination (Joachims, Swaminathan and Schnabel 2017, "Unbiased learning-to-rank with biased feedback").
Weights above a limit are cut to it, so that a few engagements deep in the lists do not outweigh all others (Swaminathan
and Joachims 2015, "Counterfactual risk minimization").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from components.baselines.comparison_keys import BEYOND, GIVEN, PLACES, REFERENCE, WHY_NOT
from components.shown_places import showings
from components.shown_places.count_files import read_counts
from components.shown_places.examination import Examination, fitted_examination, given_examination

Table = Mapping[str, Any]
"""What is told of the places of a surface; see `place_tables`."""
_NO_COUNTS: Final = showings.Times()


class SurfacePlaces(NamedTuple):
    """The places of a surface.

    Attributes:
        totals: How often anything was shown and engaged with at each place, in training.
        examination: How much of each place users see.
    """

    totals: showings.ByPlace
    examination: Examination


def places_of(files: Iterable[str], given: Mapping[str, Sequence[float]]) -> dict[str, SurfacePlaces]:
    """The places of each surface of a log; none if it does not tell them.

    Args:
        files: What `components.shown_places.count_files` wrote.
        given: By surface the examination of the places 1, 2 and so on, where somebody knows it. Others are fitted.
    """
    found = {}
    for surface, counts in read_counts(files).items():
        examination = given_examination(given[surface]) if surface in given else fitted_examination(counts)
        found[surface] = SurfacePlaces(counts.totals, examination)
    return found


@dataclass(frozen=True)
class PlaceWeights:
    """The weights of engagements by surface and place.

    Attributes:
        by_surface: By surface float64 [places] the weight of each place from 0, which is none; 0 where nobody knows.
        cap: The largest weight; infinite without a limit.
    """

    by_surface: Mapping[str, np.ndarray]
    cap: float

    @classmethod
    def of(cls, places: dict[str, SurfacePlaces], cap: float) -> "PlaceWeights":
        """The weights by examination.

        Args:
            places: The places of each surface.
            cap: The largest weight; 0 for no limit.
        """
        weights = {}
        for surface, (_, examination) in places.items():
            of_place = np.zeros(max(examination.chances, default=0) + 1)
            for place, chance in examination.chances.items():
                of_place[place] = 1 / chance
            weights[surface] = of_place
        return cls(weights, cap or np.inf)

    def of_examples(self, surfaces: Sequence[str], places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The weight of each example, and whether it was cut.

        Args:
            surfaces: [rows] names of surfaces.
            places: int [rows] at which place each target was shown, from 1; 0 if nobody knows.

        Returns:
            float64 [rows], 0 for what cannot be weighed, and bool [rows].
        """
        weights = np.zeros(len(surfaces))
        for row, (surface, place) in enumerate(zip(surfaces, places.tolist(), strict=True)):
            of_place = self.by_surface.get(surface, ())
            weights[row] = of_place[place] if place < len(of_place) else 0.0
        return np.minimum(weights, self.cap), weights > self.cap


def place_tables(places: Mapping[str, SurfacePlaces], given: Iterable[str]) -> dict[str, Table]:
    """What is told of the places of each surface.

    Args:
        places: The places.
        given: The surfaces whose examination was given.

    Returns:
        By surface: `places`, a row for each place, with its number, how often something was shown, how often engaged
        with, the examination and its standard error, or null; `beyond`, how often at deeper places; `reference`, the
        place whose examination is 1; `given`; and `why_not`, why no examination is told.
    """
    tables: dict[str, Table] = {}
    for surface, (totals, examination) in places.items():
        numbers = sorted({*totals, *examination.chances} - {showings.BEYOND})
        rows = [
            [
                number,
                *totals.get(number, _NO_COUNTS),
                examination.chances.get(number),
                examination.errors.get(number),
            ]
            for number in numbers
        ]
        tables[surface] = {
            PLACES: rows,
            BEYOND: list(totals.get(showings.BEYOND, _NO_COUNTS)),
            REFERENCE: examination.reference,
            GIVEN: surface in given,
            WHY_NOT: examination.why_not,
        }
    return tables
