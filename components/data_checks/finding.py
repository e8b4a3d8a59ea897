"""A finding of the data checks, and the file that holds findings."""

import dataclasses
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

from apache_beam.io.filesystems import FileSystems

_FILE = "findings.json"


@dataclass(frozen=True, order=True)
class Finding:
    """One anomaly.

    Attributes:
        split: Where it was found.
        feature: Its feature; empty if it is about the split as a whole.
        summary: What is wrong, in a few words.
        detail: What was found, and what was expected.
        is_allowed: Whether the run goes on in spite of it.
    """

    split: str
    feature: str
    summary: str
    detail: str
    is_allowed: bool

    def __str__(self) -> str:
        """The finding as one line."""
        subject = f"{self.split}, {self.feature}" if self.feature else self.split
        return f"{subject}: {self.summary}: {self.detail}{' (allowed)' if self.is_allowed else ''}"


def write_findings(directory: str, findings: Iterable[Finding]) -> None:
    """Writes findings as JSON."""
    content = json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2)
    with FileSystems.create(os.path.join(directory, _FILE)) as stream:
        stream.write((content + "\n").encode())


def read_findings(directory: str) -> list[Finding]:
    """Reads what `write_findings` wrote."""
    with FileSystems.open(os.path.join(directory, _FILE)) as stream:
        return [Finding(**values) for values in json.loads(stream.read())]
