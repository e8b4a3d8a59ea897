"""Reads CSV files, with quotes as in RFC 4180, and TSV files, in which a quotation mark is an ordinary character."""

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row
from components.raw_files.text_file import check_not_empty, check_text, open_text


def read_csv(path: str, required: Sequence[str], setting: str) -> Iterator[Row | Reject]:
    """Reads a CSV file row by row. Empty lines are skipped. Each line of a broken record becomes a reject.

    Args:
        path: The file. It is unpacked if its ending says that it is packed.
        required: The columns that it must have.
        setting: The setting that maps columns, for error messages; empty if column names are fixed.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    with open_text(path, newline="") as stream:
        first_line = stream.readline()
        _check_first_line(path, first_line)
        reader = csv.reader(itertools.chain([first_line], stream), strict=True)
        try:
            header = next(reader)
        except csv.Error as error:
            raise DataError(f"{path}: its header cannot be read as CSV: {error}. Is a quotation mark open?") from error
        _check_header(path, header, required, setting)
        done = reader.line_num
        while True:
            reason, detail, values = "broken record", "", None
            try:
                values = next(reader, None)
                if values is None:
                    return
            except csv.Error as error:
                detail = str(error)
                # The csv module tells its errors apart by their text only.
                reason = "huge field" if "field larger" in detail else "NUL byte" if "NUL" in detail else reason
            first, done = done + 1, reader.line_num
            if values is not None:
                if not values:
                    continue
                if len(values) == len(header):
                    yield Row(first, dict(zip(header, values, strict=True)))
                    continue
                reason, detail = "wrong number of columns", f"{len(values)} instead of {len(header)}"
            for line in range(first, done + 1):
                yield Reject(path, line, reason, detail if line == first else f"in the record of line {first}")


def read_tsv(path: str, required: Sequence[str], setting: str) -> Iterator[Row | Reject]:
    """Reads a TSV file row by row, like `read_csv`; but each line is one row."""
    with open_text(path, newline="\n") as stream:
        first_line = stream.readline()
        _check_first_line(path, first_line)
        header = first_line.rstrip("\r\n").split("\t")
        _check_header(path, header, required, setting)
        for line, text in enumerate(stream, start=2):
            text = text.rstrip("\r\n")
            values = text.split("\t")
            if len(values) == len(header):
                yield Row(line, dict(zip(header, values, strict=True)))
            elif text:
                yield Reject(path, line, "wrong number of columns", f"{len(values)} instead of {len(header)}")


def _check_first_line(path: str, first_line: str) -> None:
    check_not_empty(path, first_line)
    check_text(path, first_line)


def _check_header(path: str, header: Sequence[str], required: Sequence[str], setting: str) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(f"{path}: its header names {_names(twice)} more than once. Rename or remove one of them.")
    check_columns(path, header, required, setting)


def check_columns(path: str, found: Sequence[str], required: Sequence[str], setting: str) -> None:
    """Refuses a file that lacks a required column.

    Raises:
        DataError: Columns are missing. The message names them and the columns that were found.
    """
    missing = [name for name in required if name not in found]
    if missing:
        hint = " Is the delimiter the one that the ending promises?" if len(found) == 1 and len(required) > 1 else ""
        mend = f" Other names are mapped in {setting}." if setting else ""
        raise DataError(
            f"{path}: has no column {_names(missing)}. Found: {_names(found)}; wanted: {_names(required)}.{hint}{mend}"
        )


def _names(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:80]) for name in names[:20])
