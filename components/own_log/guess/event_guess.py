"""A guess of what a log means: which column holds which field of an event, and what its values mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from components.own_log.guess.column_names import ITEM, LABEL, QUERY, SESSION, SURFACE, TIME, USER
from components.own_log.guess.sampled_columns import SampledColumns
from components.own_log.guess.time_formats import TimeFormat
from components.own_log.guess.value_meanings import ENGAGED, LEFT_OUT, SHOWN, label_meanings, surface_meanings
from components.sources.event_rows import EventColumns
from schemas.canonical_event import Surface

_SEARCH: Final = Surface.SEARCH.value
_FEED: Final = Surface.RECOMMENDATION.value


@dataclass(frozen=True)
class Question:
    """A question that the log itself does not answer.

    Attributes:
        option: The command line's option that answers it, such as `--column user=`, without the answer.
        text: The question.
        answers: The possible answers, the most likely first; if empty, any answer is possible.
    """

    option: str
    text: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """The user's answers, which override guesses.

    Attributes:
        columns: The column of each field; an empty name means that there is no such column.
        surfaces: The surface that each value of the surface column means.
        labels: The label that each value of the label column means, or `drop`.
        time: The format of times, as `components.own_log.guess.time_formats.format_named` takes it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    surfaces: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    time: str = ""


@dataclass
class EventGuess:
    """What a log is taken to mean.

    Attributes:
        sampled: Its first rows.
        columns: The column of each field that was found.
        time: The format of its times.
        surfaces: The surface of each value, if the column uses other words than a run reads.
        labels: The label of each value, if the column uses other words than a run reads.
        doubts: Guesses that are not certain, one sentence each.
        questions: What could not be guessed.
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
        """The reasons why a run cannot read the log with any configuration; none if it can."""
        found: list[str] = []
        if self.time is not None and not self.time.is_read:
            found.append(
                f"{self.columns[TIME]!r} holds {self.time.told}; a run reads numbers since 1970, ISO 8601 and RFC 2822"
            )
        return found

    @property
    def label_threshold(self) -> float | None:
        """The least number that is an engagement, if labels are counts, of which a sample knows only some."""
        counts = {value: ENGAGED if int(value) else SHOWN for value in self.labels if value.isdecimal()}
        return 1.0 if counts and counts == self.labels else None

    @property
    def event_columns(self) -> EventColumns:
        """The configuration's columns, for a log without obstacles and open questions."""
        assert self.time is not None, "a guess without questions knows how the time is told"
        default = EventColumns()
        # The default name may belong to a column that is no label.
        no_label = "" if default.label in self.sampled.columns else default.label
        surfaces = {
            surface: tuple(value for value, meaning in self.surfaces.items() if meaning == surface)
            for surface in sorted({*self.surfaces.values()})
        }
        labels = {} if self.label_threshold is not None else self.labels
        return EventColumns(
            user_id=self.columns[USER],
            timestamp=self.columns[TIME],
            time_unit=self.time.time_unit,
            surface=self.columns.get(SURFACE, ""),
            query=self.columns.get(QUERY, default.query),
            session_id=self.columns.get(SESSION, default.session_id),
            item_id=self.columns[ITEM],
            label=self.columns.get(LABEL, no_label),
            label_values={value: int(meaning) for value, meaning in labels.items() if meaning != LEFT_OUT},
            surface_values=surfaces,
        )

    @property
    def unused(self) -> list[str]:
        """The columns that hold no field."""
        return [name for name in self.sampled.columns if name not in self.columns.values()]

    def surface_of(self, row: Mapping[str, str]) -> str:
        """The surface of a row; empty if its value is unknown."""
        if SURFACE in self.columns:
            value = row.get(self.columns[SURFACE], "")
            # A rare value may not be in the sample.
            return self.surfaces.get(value) or surface_meanings([value])[value] if self.surfaces else value
        return _SEARCH if self._has_query(row) else _FEED

    def label_of(self, row: Mapping[str, str]) -> str:
        """The label of a row, or `drop`; empty if its value is unknown."""
        if LABEL not in self.columns:
            return ENGAGED
        value = row.get(self.columns[LABEL], "")
        return self.labels.get(value) or label_meanings([value])[0][value] if self.labels else value or ENGAGED

    def _has_query(self, row: Mapping[str, str]) -> bool:
        return QUERY in self.columns and bool(row.get(self.columns[QUERY], ""))
