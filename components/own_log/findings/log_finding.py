"""A finding: one thing that is wrong with a log, where it is, and how to mend it."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class Severity(str, enum.Enum):
    """How bad a finding is."""

    ERROR = "error"
    """A run fails, or learns from wrong data."""
    WARNING = "warning"
    """A run succeeds, and the model is worse."""
    NOTE = "note"
    """Nothing is lost, but the owner of the log should know it."""


_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class LogFinding:
    """One finding.

    Attributes:
        code: A short fixed name for programs, such as `time_in_seconds`.
        severity: How bad it is.
        text: What was found, with an example.
        mend: How to mend it; empty if `text` says so.
        file: The file; empty if it is about the log as a whole.
        row: The first row that shows it, as `components.raw_files.row.Row` counts lines; 0 if it is about the file.
        field: The configuration's field, such as `data.columns.timestamp`, or empty.
        count: How many rows, items or users show it; 0 if that has no meaning.
    """

    code: str
    severity: Severity
    text: str
    mend: str = ""
    file: str = ""
    row: int = 0
    field: str = ""
    count: int = 0

    @property
    def place(self) -> str:
        """File and row, as compilers write them; empty if it is about the log as a whole."""
        return f"{self.file}:{self.row}" if self.row else self.file

    def __str__(self) -> str:
        """The finding as one paragraph."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.text}{' ' + self.mend if self.mend else ''}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values that JSON can hold."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.file,
            "row": self.row,
            "field": self.field,
            "count": self.count,
            "text": self.text,
            "mend": self.mend,
        }


def worst_first(findings: Iterable[LogFinding]) -> list[LogFinding]:
    """Sorts findings: errors, warnings, notes, each in the order in which they were found."""
    return sorted(findings, key=lambda finding: _ORDER[finding.severity])


def errors(findings: Iterable[LogFinding]) -> list[LogFinding]:
    """The findings that make a run fail."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
