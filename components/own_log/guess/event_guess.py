"""A log as it is understood: which column holds which field of an event, and what its values mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from components.own_log.guess.column_names import ITEM, LABEL, QUERY, SESSION, SURFACE, TIME, USER
from components.own_log.guess.sampled_columns import SampledColumns
from components.own_log.guess.time_formats import TimeFormat
from components.own_log.guess.value_meanings import ENGAGED, SHOWN, label_meanings, surface_meanings
from components.sources.event_rows import EventColumns
from schemas.canonical_event import Surface

_SEARCH: Final = Surface.SEARCH.value
_FEED: Final = Surface.RECOMMENDATION.value
_SURFACES: Final = (_SEARCH, _FEED)


@dataclass(frozen=True)
class Question:
    """What the log does not decide.

    Attributes:
        option: The option that decides, such as `--column user=`; the answer follows it.
        text: The question.
        answers: Those that are possible, the likeliest first; any where there are none.
    """

    option: str
    text: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """What somebody who knows the log says.

    Attributes:
        columns: Field to column; an empty column says that there is none.
        surfaces: Value of the surface's column to surface.
        labels: Value of the label's column to label, or `drop`.
        time: How the time is told: as `components.own_log.guess.time_formats.format_named` takes it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    surfaces: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    time: str = ""


@dataclass
class EventGuess:
    """A log as it is understood.

    Attributes:
        sampled: Its first rows.
        columns: Field to column, of the fields that were found.
        time: How the time is told.
        surfaces: Value to surface, where a column tells it in other words than a run reads.
        labels: Value to label, where a column tells it in other words than a run reads.
        doubts: What was guessed and is not sure, a sentence each.
        questions: What could not be decided.
    """

    sampled: SampledColumns
    columns: dict[str, str] = field(default_factory=dict)
    time: TimeFormat | None = None
    surfaces: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def obstacles(self) -> list[str]:
        """Why a run cannot read the log as it is, whatever its configuration; none where it can."""
        found = list(self.sampled.form.obstacles)
        if self.time is not None and not self.time.is_read:
            found.append(
                f"{self.columns[TIME]!r} holds {self.time.told}; a run reads seconds, milliseconds and ISO 8601"
            )
        for name, meanings, read in ((SURFACE, self.surfaces, _SURFACES), (LABEL, self.labels, (ENGAGED, SHOWN))):
            if meanings:
                some = ", ".join(f"{value!r} ({meaning})" for value, meaning in list(meanings.items())[:4])
                found.append(f"{self.columns[name]!r} holds {some}; a run reads {' and '.join(read)}")
        return found

    @property
    def event_columns(self) -> EventColumns:
        """Which column holds which field, for a log that a run reads as it is and without open questions."""
        assert self.time is not None, "a guess without questions knows how the time is told"
        default = EventColumns()
        # A column of that name which says something else is no label.
        no_label = "" if default.label in self.sampled.columns else default.label
        return EventColumns(
            user_id=self.columns[USER],
            timestamp=self.columns[TIME],
            time_unit=self.time.time_unit,
            surface=self.columns.get(SURFACE, ""),
            query=self.columns.get(QUERY, default.query),
            session_id=self.columns.get(SESSION, default.session_id),
            item_id=self.columns[ITEM],
            label=self.columns.get(LABEL, no_label),
        )

    @property
    def unused(self) -> list[str]:
        """The columns that hold no field."""
        return [name for name in self.sampled.columns if name not in self.columns.values()]

    def surface_of(self, row: Mapping[str, str]) -> str:
        """The surface of a row; empty where its value has no meaning."""
        if SURFACE in self.columns:
            value = row.get(self.columns[SURFACE], "")
            # A rare value may not be in the sample.
            return self.surfaces.get(value) or surface_meanings([value])[value] if self.surfaces else value
        return _SEARCH if self._has_query(row) else _FEED

    def label_of(self, row: Mapping[str, str]) -> str:
        """The label of a row, or `drop`; empty where its value has no meaning."""
        if LABEL not in self.columns:
            return ENGAGED
        value = row.get(self.columns[LABEL], "")
        return self.labels.get(value) or label_meanings([value])[0][value] if self.labels else value or ENGAGED

    def _has_query(self, row: Mapping[str, str]) -> bool:
        return QUERY in self.columns and bool(row.get(self.columns[QUERY], ""))
