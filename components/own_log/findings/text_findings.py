"""Findings about the lines of a CSV or TSV file: repeated headers, mixed delimiters, quotation marks."""

from collections.abc import Iterator
from typing import Final

from components.own_log.findings.log_finding import LogFinding, Severity
from components.raw_files.text_file import open_text

_LINES: Final = 1000
_MARK: Final = "\ufeff"
_DELIMITERS: Final = {",": "a comma", "\t": "a tab", ";": "a semicolon", "|": "a vertical bar"}
_ENDINGS: Final = {".csv": ",", ".tsv": "\t"}
_MANY: Final = 0.1


def text_findings(path: str) -> list[LogFinding]:
    """Looks at the first thousand lines of a CSV or TSV file. In other files it finds nothing.

    Raises:
        DataError: The file cannot be opened.
    """
    delimiter = next((sign for ending, sign in _ENDINGS.items() if ending in path.rsplit("/", 1)[-1].lower()), "")
    if not delimiter:
        return []
    lines = []
    with open_text(path, newline="\n") as stream:
        for line in stream:
            lines.append(line.rstrip("\r\n").removeprefix(_MARK))
            if len(lines) == _LINES:
                break
    if not lines:
        return []
    return [
        *_repeated_header(path, lines),
        *_mixed_delimiters(path, lines, delimiter),
        *_quotes(path, lines, delimiter),
    ]


def _repeated_header(path: str, lines: list[str]) -> Iterator[LogFinding]:
    again = [row for row, line in enumerate(lines[1:], start=2) if line == lines[0]]
    if again:
        yield LogFinding(
            "repeated_header",
            Severity.WARNING,
            f"the header is repeated in {len(again):,} of the first {len(lines):,} lines; a run refuses it as a row.",
            "Files were joined with their headers: leave out all headers but the first.",
            path,
            again[0],
            count=len(again),
        )


def _mixed_delimiters(path: str, lines: list[str], delimiter: str) -> Iterator[LogFinding]:
    columns = lines[0].count(delimiter)
    for sign, told in _DELIMITERS.items():
        rows = [
            row
            for row, line in enumerate(lines[1:], start=2)
            if sign != delimiter and columns and line.count(sign) == columns and not line.count(delimiter)
        ]
        if rows:
            yield LogFinding(
                "mixed_delimiters",
                Severity.WARNING,
                f"{len(rows):,} of the first {len(lines):,} lines are divided by {told}, the header by "
                f"{_DELIMITERS[delimiter]}.",
                "Write all rows with the delimiter that the ending promises: commas in .csv, tabs in .tsv.",
                path,
                rows[0],
                count=len(rows),
            )


def _quotes(path: str, lines: list[str], delimiter: str) -> Iterator[LogFinding]:
    """In TSV, quotation marks are part of a value."""
    if delimiter != "\t":
        return
    quoted = [
        row
        for row, line in enumerate(lines, start=1)
        if any(len(value) > 1 and value[0] == value[-1] == '"' for value in line.split("\t"))
    ]
    if len(quoted) > _MANY * len(lines):
        yield LogFinding(
            "quotes_in_tsv",
            Severity.WARNING,
            f"values stand in quotation marks in {len(quoted):,} of the first {len(lines):,} lines; in TSV these are "
            "characters like others, and become a part of ids and words.",
            "Write the file without quotation marks, or as .csv with commas.",
            path,
            quoted[0],
            count=len(quoted),
        )
