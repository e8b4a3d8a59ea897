"""Findings about the lines of a CSV or TSV file: repeated headers, mixed delimiters, quotation marks."""

from collections.abc import Iterator
from typing import Final

from components.own_log.findings.log_finding import LogFinding, Severity
from components.raw_files.file_format import CSV, TSV, FileFormat
from components.raw_files.text_file import open_text

_LINES: Final = 1000
_MARK: Final = "\ufeff"
_DELIMITERS: Final = {",": "a comma", "\t": "a tab", ";": "a semicolon", "|": "a vertical bar"}
_MANY: Final = 0.1


def text_findings(path: str, form: FileFormat) -> list[LogFinding]:
    """Looks at the first thousand lines of a CSV or TSV file with a header. In other files it finds nothing.

    Args:
        path: The file.
        form: How it is written.

    Raises:
        DataError: The file cannot be opened.
    """
    if form.format not in (CSV, TSV) or not form.header:
        return []
    delimiter = form.sign
    lines = []
    with open_text(path, newline="\n", encoding=form.encoding) as stream:
        for line in stream:
            lines.append(line.rstrip("\r\n").removeprefix(_MARK))
            if len(lines) == _LINES:
                break
    if not lines:
        return []
    return [
        *_repeated_header(path, lines),
        *_mixed_delimiters(path, lines, delimiter),
        *_quotes(path, lines, form),
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
                f"{_DELIMITERS.get(delimiter, repr(delimiter))}.",
                "Write all rows with one delimiter: commas in .csv, tabs in .tsv, or that of data.delimiter.",
                path,
                rows[0],
                count=len(rows),
            )


def _quotes(path: str, lines: list[str], form: FileFormat) -> Iterator[LogFinding]:
    """In TSV, quotation marks are part of a value."""
    if form.quotation:
        return
    quoted = [
        row
        for row, line in enumerate(lines, start=1)
        if any(len(value) > 1 and value[0] == value[-1] == '"' for value in line.split(form.sign))
    ]
    if len(quoted) > _MANY * len(lines):
        yield LogFinding(
            "quotes_in_tsv",
            Severity.WARNING,
            f"values stand in quotation marks in {len(quoted):,} of the first {len(lines):,} lines; in TSV these are "
            "characters like others, and become a part of ids and words.",
            "Set the quote of these files (data.quote: '\"'), or write them without quotation marks.",
            path,
            quoted[0],
            count=len(quoted),
        )
