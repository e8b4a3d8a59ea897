"""Whether served scores are probabilities, and of what."""

import dataclasses
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from schemas.canonical_event import Surface

NONE: Final = "none"
PLATT: Final = "platt"
METHODS: Final = (NONE, PLATT)
SHOWN: Final = "shown"
GIVEN: Final = "given"
ALL_ITEMS: Final = "all_items"

Candidates = float | Literal["shown", "given", "all_items"] | None
_FIELDS: Final = {Surface.RECOMMENDATION: "candidates", Surface.SEARCH: "search_candidates"}


@dataclass(frozen=True)
class CalibrationConfig:
    """Whether the score of an item is the probability that it is clicked.

    Attributes:
        method: `none`: scores are sigmoids of what training fitted, whose level says nothing. `platt`: after training,
            a line through the logits of each surface is fitted on the validation split and exported with the model, so
            that its sigmoid is the probability of a click. The order of items stays.
        candidates: Of how many candidates one is clicked, a number above 1: the probability is that an item is the
            clicked one among so many, if the others are such as `data.negatives` draws. If a shop shows lists of 20 of
            which one item is clicked, 20. `shown`: as often as users clicked what they were shown, counted in the log;
            with `data.negatives: shown`. `all_items`: of all items of the catalogue. `given`: of as many as a source
            brings along for each example. Null: `given` where a source does, `shown` with `data.negatives: shown`;
            otherwise it has to be said, because drawn candidates are as many as they were asked to be.
        search_candidates: The same for search; null: as `candidates`.
    """

    method: str = NONE
    candidates: Candidates = None
    search_candidates: Candidates = None

    def __post_init__(self) -> None:
        """Refuses an unknown method, and a number of candidates that leaves nothing to choose."""
        if self.method not in METHODS:
            raise ValueError(f"`method` should be one of {', '.join(METHODS)}. Received: method={self.method!r}")
        for name in ("candidates", "search_candidates"):
            value = getattr(self, name)
            if isinstance(value, float) and not 1 < value < math.inf:
                raise ValueError(f"`{name}` should be above 1, such as 20. Received: {name}={value:g}")

    @property
    def is_on(self) -> bool:
        """Whether scores are calibrated."""
        return self.method != NONE

    def why_meaningless(self, own_candidates: bool, negatives: str, history_negatives: float) -> str:
        """Says why the probability would be that of nothing; empty if it means something.

        Args:
            own_candidates: Whether the source brings the candidates of validation along.
            negatives: How they are drawn otherwise, `data.negatives`.
            history_negatives: Which share of them is drawn from the history.
        """
        if not self.is_on:
            return ""
        for name in _FIELDS.values():
            value = getattr(self, name)
            if value is None and (name == "search_candidates" or own_candidates or negatives == SHOWN):
                continue
            if value is None:
                return (
                    f"`calibration.method: {self.method}` needs `calibration.candidates`: of how many candidates one "
                    "is clicked. Candidates are drawn here, so their number is a setting and no observation. Set the "
                    f"length of the lists that you show, such as 20, or `{ALL_ITEMS}`, or leave `method` at {NONE}."
                )
            if value == SHOWN and negatives != SHOWN:
                return (
                    f"`calibration.{name}: {SHOWN}` needs candidates that users were shown: `data.negatives: {SHOWN}`. "
                    f"Received: data.negatives: {negatives}. Set a number."
                )
            if value == GIVEN and not own_candidates:
                return (
                    f"`calibration.{name}: {GIVEN}` is for a source that brings candidates along. Here "
                    f"`data.negatives: {negatives}` draws `data.evaluation_negatives` of them. Set a number."
                )
            if value == ALL_ITEMS and (own_candidates or negatives != "uniform" or history_negatives):
                drawn = "given by the source" if own_candidates else f"drawn otherwise (data.negatives: {negatives})"
                drawn = f"partly of the history ({history_negatives:g})" if history_negatives else drawn
                return (
                    f"`calibration.{name}: {ALL_ITEMS}` needs candidates that are a sample of all items: "
                    f"`data.negatives: uniform` and `data.history_negatives: 0`. They are {drawn}. Set a number."
                )
        return ""

    def of_shown(self, own_candidates: bool, negatives: str) -> tuple[Surface, ...]:
        """The surfaces whose number of candidates has to be counted in the log; arguments as above."""
        if not self.is_on:
            return ()
        by_default = SHOWN if negatives == SHOWN and not own_candidates else None
        of_feed = self.candidates if self.candidates is not None else by_default
        of_search = self.search_candidates if self.search_candidates is not None else of_feed
        return tuple(
            surface
            for surface, value in ((Surface.RECOMMENDATION, of_feed), (Surface.SEARCH, of_search))
            if value == SHOWN
        )

    def with_counted(
        self, of_shown: Collection[Surface], counted: Mapping[Surface, float], trained: Collection[Surface]
    ) -> "CalibrationConfig":
        """Puts in what was counted.

        Args:
            of_shown: What the method of this name returned.
            counted: Of how many shown items one was clicked, by surface.
            trained: The surfaces that are trained. Nothing is asked of others.

        Raises:
            ValueError: The log has nothing that was only shown on a surface.
        """
        for surface in of_shown:
            if surface in trained and surface not in counted:
                raise ValueError(
                    f"`calibration.{_FIELDS[surface]}: {SHOWN}`: the log has no item in {surface.value} that was "
                    "shown and not clicked (label 0), so nothing tells how often users click. Set a number."
                )
        numbers: dict[str, Any] = {_FIELDS[surface]: counted.get(surface) for surface in of_shown}
        return dataclasses.replace(self, **numbers)

    def of_surface(self, is_search: bool, items: int) -> float | None:
        """Of how many candidates one is clicked; None: of as many as an example has.

        Args:
            is_search: Whether the surface is search.
            items: How many items there are.
        """
        value = self.search_candidates if is_search and self.search_candidates is not None else self.candidates
        if value == SHOWN:
            raise ValueError(f"`{SHOWN}` should be counted before. Received: candidates={value!r}")
        if value == ALL_ITEMS:
            return float(items)
        return value if isinstance(value, float) else None
