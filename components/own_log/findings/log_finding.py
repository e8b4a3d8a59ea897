"""One thing that is wrong with a log, as data: what it is, where it stands and what mends it."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class Severity(str, enum.Enum):
    """How bad a finding is."""

    ERROR = "error"
    """A run fails of it, or learns from nonsense."""
    WARNING = "warning"
    """A run goes through, and is worse for it."""
    NOTE = "note"
    """Nothing is lost; whoever knows the log should know it."""


_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class LogFinding:
    """One finding.

    Attributes:
        code: A short fixed name, such as `time_in_seconds`; programs tell findings apart by it.
        severity: How bad it is.
        text: What was found, with an example.
        mend: What mends it; empty where `text` says so itself.
        file: Where; empty where it is about the log as a whole.
        row: The first row that shows it, as `components.raw_files.row.Row` counts lines; 0 where it is about the file.
        field: The configuration's field, such as `data.columns.timestamp`, or empty.
        count: How many rows, items or users show it; 0 where that means nothing.
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
        """File and row as compilers name them; empty where it is about the log as a whole."""
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
    """Those of which a run fails."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
