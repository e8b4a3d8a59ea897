"""Reads CSV files, with quotes as in RFC 4180, and TSV files, in which a quotation mark is an ordinary character."""

import csv
import functools
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, Final

from components.raw_files.file_format import FileFormat, setting_beside
from components.raw_files.file_parts import FilePart
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row, RowBatch
from components.raw_files.text_file import check_not_empty, check_text, open_text, open_text_part
from components.raw_files.wanted_columns import WantedColumns

_SIGNS: Final = {
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
    "\x01": "the control character 1",
    ",": "commas",
}
_SIGN_NAMES: Final = {";": "semicolon", "\t": "tab", "|": "pipe", "\x01": '"\\x01"', ",": "comma"}
_BATCH_LINES: Final = 1024
"""So few that a line which is refused slows few others down, and so many that work for each batch does not count."""
_PLAIN_LINE_CHARACTERS: Final = 100_000
"""The csv module refuses a field that is longer than 131,072 characters."""


def read_delimited(
    path: str, wanted: WantedColumns, form: FileFormat, part: FilePart | None = None
) -> Iterator[Row | Reject]:
    """Reads a CSV or TSV file row by row. Empty lines are skipped. Each line of a broken record becomes a reject.

    Args:
        path: The file.
        wanted: The columns that it must have. Rows hold all columns.
        form: Delimiter, quotation mark, encoding and header. Without a quotation mark, each line is one row.
        part: The part to read; None for all.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    return _read(path, wanted, form, part, _quoted_rows if form.quotation else _plain_rows)


def read_delimited_batches(
    path: str, wanted: WantedColumns, form: FileFormat, part: FilePart | None = None, lines: int = _BATCH_LINES
) -> Iterator[RowBatch | Row | Reject]:
    """Reads the same as `read_delimited`, in a fraction of the time: many rows at once wherever each is one line.

    Args:
        path: The file.
        wanted: The columns that it must have.
        form: Delimiter, quotation mark, encoding and header.
        part: The part to read; None for all.
        lines: How many lines are looked at together. If one of them is refused, or empty, or a part of a record of
            several lines, they are read row by row.

    Yields:
        Batches of rows, or rows and rejects, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    return _read(path, wanted, form, part, functools.partial(_batches, size=lines))


def _read(
    path: str, wanted: WantedColumns, form: FileFormat, part: FilePart | None, rows: Callable[..., Iterator[Any]]
) -> Iterator[Any]:
    read_header = _quoted_header if form.quotation else _plain_header
    newline = "" if form.quotation else "\n"
    with open_text(path, newline, form.encoding) as stream:
        first_line = stream.readline()
        check_not_empty(path, first_line)
        check_text(path, first_line, form.encoding, setting_beside(wanted.setting, "encoding"))
        lines = itertools.chain([first_line], stream)
        first, lines_before = read_header(path, lines if form.header else iter([first_line]), form)
        header = _checked_header(path, first, wanted, form)
        if part is None:
            whole = lines if form.header else itertools.chain([first_line], stream)
            yield from rows(path, whole, header, lines_before if form.header else 0, form)
            return
    with open_text_part(path, part.start, part.end, newline, form.encoding) as stream:
        yield from rows(path, stream, header, part.lines_before, form)


def _batches(
    path: str, lines: Iterable[str], header: Sequence[str], lines_before: int, form: FileFormat, size: int
) -> Iterator[RowBatch | Row | Reject]:
    rows = _quoted_rows if form.quotation else _plain_rows
    lines = iter(lines)
    while some := list(itertools.islice(lines, size)):
        columns = _columns(some, len(header), form)
        if columns is None:
            lines_before = yield from rows(path, itertools.chain(some, lines), header, lines_before, form, len(some))
        else:
            yield RowBatch(lines_before + 1, dict(zip(header, columns, strict=True)))
            lines_before += len(some)


def _columns(lines: Sequence[str], width: int, form: FileFormat) -> Sequence[Sequence[str]] | None:
    """The columns of lines that are a row each; None if they are not, or if one of them is refused."""
    text = "".join(lines)
    if not text.endswith("\n"):
        text += "\n"
    is_plain = not form.quotation or (
        form.quotation not in text and "\x00" not in text and max(map(len, lines)) <= _PLAIN_LINE_CHARACTERS
    )
    if is_plain and width > 1 and len(form.sign) == 1:
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if "\r" not in text:
            if {line.count(form.sign) for line in lines} != {width - 1}:
                return None
            values = text[:-1].replace("\n", form.sign).split(form.sign)
            return [values[place::width] for place in range(width)]
    try:
        rows = list(_reader(lines, form)) if form.quotation else [_plain_values(line, form.sign) for line in lines]
    except csv.Error:
        return None
    # A record takes a line at least, so as many records as lines are one line each.
    return list(zip(*rows, strict=True)) if len(rows) == len(lines) and {*map(len, rows)} == {width} else None


def _quoted_header(path: str, lines: Iterator[str], form: FileFormat) -> tuple[list[str], int]:
    """The names in the header, and how many lines it takes."""
    reader = _reader(lines, form)
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        told = "header" if form.header else "first line"
        raise DataError(f"{path}: its {told} cannot be read as CSV: {error}. Is a quotation mark open?") from error


def _quoted_rows(
    path: str,
    lines: Iterable[str],
    header: Sequence[str],
    lines_before: int,
    form: FileFormat,
    at_least: int = sys.maxsize,
) -> Generator[Row | Reject, None, int]:
    """Reads so many lines, and those of a record that is open there. Returns how many lines are done."""
    reader = _reader(lines, form)
    done = lines_before
    while done - lines_before < at_least:
        reason, detail, values = "broken record", "", None
        try:
            values = next(reader, None)
            if values is None:
                return done
        except csv.Error as error:
            detail = str(error)
            # The csv module tells its errors apart by their text only.
            reason = "huge field" if "field larger" in detail else "NUL byte" if "NUL" in detail else reason
        start, done = done + 1, lines_before + reader.line_num
        if values is not None:
            if not values:
                continue
            if len(values) == len(header):
                yield Row(start, dict(zip(header, values, strict=True)))
                continue
            reason, detail = "wrong number of columns", f"{len(values)} instead of {len(header)}"
        for line in range(start, done + 1):
            yield Reject(path, line, reason, detail if line == start else f"in the record of line {start}")
    return done


def _reader(lines: Iterable[str], form: FileFormat) -> Any:
    return csv.reader(lines, delimiter=form.sign, quotechar=form.quotation, strict=True)


def _plain_header(path: str, lines: Iterator[str], form: FileFormat) -> tuple[list[str], int]:
    del path  # Every line can be divided.
    return next(lines).rstrip("\r\n").split(form.sign), 1


def _plain_values(line: str, sign: str) -> list[str]:
    return line.rstrip("\r\n").split(sign)


def _plain_rows(
    path: str,
    lines: Iterable[str],
    header: Sequence[str],
    lines_before: int,
    form: FileFormat,
    at_least: int = sys.maxsize,
) -> Generator[Row | Reject, None, int]:
    sign, line = form.sign, lines_before
    for line, text in enumerate(itertools.islice(lines, at_least), start=lines_before + 1):
        values = _plain_values(text, sign)
        if len(values) == len(header):
            yield Row(line, dict(zip(header, values, strict=True)))
        elif values != [""]:
            yield Reject(path, line, "wrong number of columns", f"{len(values)} instead of {len(header)}")
    return line


def _checked_header(path: str, first: Sequence[str], wanted: WantedColumns, form: FileFormat) -> list[str]:
    """The names of the columns: those in the header, or in the configuration, or numbered ones."""
    if form.header:
        header = list(first)
    else:
        header = list(form.column_names) or [f"column_{place}" for place in range(1, len(first) + 1)]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(f"{path}: its header names {_names(twice)} more than once. Rename or remove one of them.")
    check_columns(path, header, wanted.required, wanted.setting, "" if form.column_names else first[0])
    return header


def check_columns(path: str, found: Sequence[str], required: Sequence[str], setting: str, only: str = "") -> None:
    """Refuses a file that lacks a required column.

    Args:
        path: The file.
        found: Its columns.
        required: The columns that it must have.
        setting: The setting that maps columns, for error messages; empty if column names are fixed.
        only: In CSV and TSV: the first line's first value, which may hold all columns.

    Raises:
        DataError: Columns are missing. The message names them and the columns that were found.
    """
    missing = [name for name in required if name not in found]
    if missing:
        hint = f" {delimiter_hint(only, setting)}" if len(found) == 1 and delimiter_hint(only, setting) else ""
        mend = f" Other names are mapped in {setting}." if setting else ""
        raise DataError(
            f"{path}: has no column {_names(missing)}. Found: {_names(found)}; wanted: {_names(required)}.{hint}{mend}"
        )


def delimiter_hint(only_column: str, setting: str) -> str:
    """What to set if the first line was not divided, but holds signs that divide; empty if it holds none.

    Args:
        only_column: The first line.
        setting: The setting that maps columns.
    """
    sign = max(_SIGNS, key=only_column.count)
    if not only_column.count(sign):
        return ""
    field = setting_beside(setting, "delimiter")
    mend = f"set {field}: {_SIGN_NAMES[sign]}" if setting else "write it with the sign that its ending promises"
    return f"Its first line is divided by {_SIGNS[sign]}: {mend}."


def _names(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:80]) for name in names[:20])
