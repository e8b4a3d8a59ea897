"""Findings about the rows that a run refuses: one for each reason, with how to mend them."""

import dataclasses
import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from components.own_log.findings.log_finding import LogFinding, Severity
from components.raw_files.refusal import Converted, Reject, describe
from schemas.canonical_event import Surface

_SOME: Final = 8
_CONVERT: Final = "`tandem init FILE --convert FOLDER` writes it as a run reads it."
_MENDS: Final[Mapping[str, str]] = {
    "missing user": "Leave out events of unknown users, or name the column that holds ids for all "
    "(data.columns.user_id).",
    "missing item": "A feed event needs an item; only a search may be without one. Is data.columns.item_id the column?",
    "unparsable time": f"Give a number since 1970 (data.columns.time_unit), ISO 8601 or RFC 2822. {_CONVERT}",
    "future time": "Is the unit right (data.columns.time_unit: s, ms, us or ns)? Is the clock of the logging machine?",
    "early time": "Is the unit right (data.columns.time_unit: s, ms, us or ns)? If so, empty data.earliest.",
    "negative time": "Times before 1970 are no times of a log; is data.columns.timestamp the column?",
    "unknown surface": "Give `recommendation` or `search`; or name the log's own words in "
    "data.columns.surface_values; or set data.columns.surface to '' and let the query tell.",
    "unknown label": "Give 1 for an engagement and 0 for what was only shown; or name the log's own words in "
    "data.columns.label_values.",
    "unknown weight": "A weight is a number of at least 0, such as seconds; an action has one in "
    "data.columns.weight_values.",
    "huge weight": "Set data.columns.weight_cap to the most that still says something, such as 300 seconds.",
    "unknown place": "A place is a whole number from 1, the top of the list, or empty; set data.columns.first_place: 0 "
    "if the log counts from 0.",
    "wrong encoding": "Name the encoding of the file (data.encoding: cp1252, say; else it is UTF-8), or write UTF-8.",
    "wrong number of columns": "A value holds the delimiter or a line end: quote it (CSV), or take it out (TSV).",
    "broken record": "A quotation mark is open: double those within a value, as in RFC 4180.",
    "duplicate item": "Keep one row an item.",
    "nested value": "Give text or a number, or a list of these.",
    "unparsable JSON": "Write one JSON object a line.",
}


@dataclass
class FileReading:
    """How the rows of a file were read.

    Attributes:
        file: Its path.
        kind: What its rows are: event, item, user or candidate.
        rows: How many were read, refused ones among them.
        whole: Whether all were read.
        reasons: How many were refused, by reason.
        first: The first refused row of each reason.
        left_out: How many were left out as the configuration says, by reason.
        converted: What was read otherwise than it is written.
    """

    file: str
    kind: str
    rows: int = 0
    whole: bool = True
    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[str, Reject] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    converted: dict[str, Converted] = field(default_factory=dict)

    def refuse(self, reject: Reject) -> None:
        """Counts a refused row, or what else a reader says in place of one."""
        if isinstance(reject, Converted):
            seen = self.converted.get(reject.reason, dataclasses.replace(reject, times=0))
            self.converted[reject.reason] = dataclasses.replace(seen, times=seen.times + reject.times)
            return
        if reject.as_told:
            self.left_out[reject.reason] += 1
            return
        self.reasons[reject.reason] += 1
        self.first.setdefault(reject.reason, reject)

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return self.reasons.total()

    def as_dict(self) -> dict[str, Any]:
        """The reading as plain values that JSON can hold."""
        first = {reason: {"row": each.line, "detail": each.detail} for reason, each in self.first.items()}
        return {
            "file": self.file,
            "kind": self.kind,
            "rows": self.rows,
            "whole": self.whole,
            "refused": dict(self.reasons),
            "left_out": dict(self.left_out),
            "converted": {each.reason: each.times for each in self.converted.values()},
            "first": first,
        }


def refusal_findings(reading: FileReading, max_reject_share: float) -> Iterator[LogFinding]:
    """A finding for each reason: an error where more rows were refused than a run lets pass."""
    yield from _told(reading)
    too_many = reading.refused > max_reject_share * (reading.rows - reading.left_out.total())
    for reason, count in reading.reasons.most_common():
        first = reading.first[reason]
        share = f"{count / reading.rows:.1%}" if count < reading.rows else "all"
        allowed = f", more than data.max_reject_share = {max_reject_share:.0%} lets pass" if too_many else ""
        yield LogFinding(
            reason.lower().replace(" ", "_"),
            Severity.ERROR if too_many else Severity.WARNING,
            f"{count:,} of {reading.rows:,} {reading.kind} rows refused ({share}{allowed}): {reason}: {first.detail}.",
            f"{_meant_surface(first)}{_MENDS.get(reason, 'Mend or leave out these rows.')}",
            reading.file,
            first.line,
            "data.max_reject_share" if too_many else "",
            count,
        )


def _told(reading: FileReading) -> Iterator[LogFinding]:
    left_out = reading.left_out.total()
    if left_out:
        yield LogFinding(
            "rows_left_out",
            Severity.ERROR if left_out == reading.rows else Severity.NOTE,
            f"{left_out:,} of {reading.rows:,} {reading.kind} rows are left out as data.columns says: "
            f"{describe(dict(reading.left_out.most_common(_SOME)))}{', …' if len(reading.left_out) > _SOME else ''}.",
            "Name in data.columns.surface_values, label_values and weight_values what should be read.",
            reading.file,
            field="data.columns",
            count=left_out,
        )
    for each in reading.converted.values():
        yield LogFinding(
            "converted_values",
            Severity.NOTE,
            f"{each.reason}: {each.times:,}, such as {each.detail}.",
            "",
            reading.file,
            each.line,
            count=each.times,
        )


def _meant_surface(reject: Reject) -> str:
    """A question that names the surface most similar to an unknown value; empty if none is."""
    if reject.reason != "unknown surface":
        return ""
    value = reject.detail.split("'")[3] if reject.detail.count("'") > 3 else ""
    near = difflib.get_close_matches(value.casefold(), [surface.value for surface in Surface], n=1)
    return f"Did you mean {near[0]!r}? " if near else ""
