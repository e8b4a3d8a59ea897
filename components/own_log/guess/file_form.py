"""Recognizes the form of a file: format, compression, encoding, delimiter, and whether it has a header."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from components.own_log.guess.time_formats import time_format
from components.raw_files.compression import COMPRESSIONS, compression_of
from components.raw_files.formats.json_lines import read_json_lines
from components.raw_files.formats.parquet import read_parquet
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row
from components.raw_files.row_files import read_rows
from components.raw_files.text_file import open_bytes

CSV: Final = "CSV"
TSV: Final = "TSV"
JSON_LINES: Final = "JSON lines"
PARQUET: Final = "Parquet"
_MAGIC: Final[Mapping[bytes, str]] = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\x28\xb5\x2f\xfd": ".zst"}
_PARQUET_MAGIC: Final = b"PAR1"
_START: Final = 1 << 18
_LINES: Final = 200
_DELIMITERS: Final = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
_ENDINGS: Final = {CSV: ".csv", TSV: ".tsv", JSON_LINES: ".jsonl", PARQUET: ".parquet"}


@dataclass(frozen=True)
class FileForm:
    """How a file is to be read.

    Attributes:
        path: The file.
        format: `CSV`, `TSV`, `JSON lines` or `Parquet`.
        packing: The ending that stands for its compression, such as `.gz`; empty if it is not compressed.
        delimiter: The delimiter of CSV and TSV.
        encoding: The encoding of text: `utf-8`, `utf-16` or `latin-1`.
        header: The names of the columns of CSV and TSV; `column_1` and so on if the file has no header.
        has_header: Whether the file has a header.
    """

    path: str
    format: str
    packing: str = ""
    delimiter: str = ""
    encoding: str = "utf-8"
    header: tuple[str, ...] = ()
    has_header: bool = True

    @property
    def told(self) -> str:
        """The form in words."""
        parts = [self.format]
        if self.delimiter and (self.format, self.delimiter) not in ((CSV, ","), (TSV, "\t")):
            parts.append(f"divided by {_DELIMITERS[self.delimiter]}")
        if self.packing:
            parts.append(f"packed ({COMPRESSIONS[self.packing].name})")
        if self.encoding != "utf-8":
            parts.append(f"encoded as {self.encoding}")
        if not self.has_header:
            parts.append("without a header")
        return ", ".join(parts)

    @property
    def obstacles(self) -> list[str]:
        """The reasons why a run cannot read the file; none if it can."""
        found = []
        if self.format == CSV and self.delimiter != ",":
            found.append(f"its values are divided by {_DELIMITERS[self.delimiter]}; a run reads commas in .csv")
        if self.encoding != "utf-8":
            found.append(f"it is encoded as {self.encoding}; a run reads UTF-8")
        if not self.has_header:
            found.append("it has no header line with the names of its columns")
        wanted = _ENDINGS[self.format] + self.packing
        if not self.path.lower().endswith(wanted) and not found:
            found.append(f"its name does not end in {wanted}, by which a run tells {self.format} files")
        return found


def file_form(path: str) -> FileForm:
    """Recognizes the form of a file by its beginning.

    Raises:
        DataError: The file cannot be opened, or its form is unknown.
    """
    with open_bytes(path) as stream:
        start = stream.read(len(_PARQUET_MAGIC))
    if start == _PARQUET_MAGIC:
        return FileForm(path, PARQUET)
    packing = next((ending for magic, ending in _MAGIC.items() if start.startswith(magic)), "")
    with _unpacked(path, packing) as unpacked:
        content = unpacked.read(_START)
    if not content.strip():
        raise DataError(f"{path}: is empty. Give a file with one event a line.")
    encoding = _encoding(content)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    if "\x00" in text:
        raise DataError(f"{path}: is a binary file of an unknown kind. Give CSV, TSV, JSON lines or Parquet.")
    # The last line may be incomplete.
    lines = [line for line in text.splitlines() if line.strip()][: _LINES + 1]
    lines = lines[:-1] if len(lines) > 1 and len(content) == _START else lines
    if lines[0].lstrip().startswith("["):
        raise DataError(
            f"{path}: is one JSON array. Write one object a line instead (`jq -c '.[]' {path} > events.jsonl`)."
        )
    if _is_json(lines[0]):
        return FileForm(path, JSON_LINES, packing, encoding=encoding)
    delimiter = _delimiter(path, lines)
    first = next(csv.reader([lines[0]], delimiter=delimiter))
    rows = [row for row in csv.reader(lines[1:], delimiter=delimiter) if len(row) == len(first)]
    has_header = _is_header(first, rows)
    names = tuple(first) if has_header else tuple(f"column_{place}" for place in range(1, len(first) + 1))
    named_format = TSV if delimiter == "\t" else CSV
    return FileForm(path, named_format, packing, delimiter, encoding, names, has_header)


def read_form(form: FileForm) -> Iterator[Row | Reject]:
    """Reads a file row by row: by the run's own readers if they can read it, else by its form.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    if not form.obstacles:
        return read_rows(form.path, (), "")
    if form.format == PARQUET:
        return read_parquet(form.path, (), "")
    if form.format == JSON_LINES and form.encoding == "utf-8" and _packing_is_named(form):
        return read_json_lines(form.path, (), "")
    return _read_text(form)


def _read_text(form: FileForm) -> Iterator[Row | Reject]:
    with _unpacked(form.path, form.packing) as unpacked:
        stream = io.TextIOWrapper(
            cast(io.BufferedReader, unpacked), encoding=form.encoding, errors="replace", newline=""
        )
        if form.format == JSON_LINES:
            yield from _read_objects(form, stream)
            return
        if form.delimiter == "\t":
            reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            reader = csv.reader(stream, delimiter=form.delimiter)
        for number, values in enumerate(reader, start=1):
            if not values or (number == 1 and form.has_header):
                continue
            if len(values) == len(form.header):
                yield Row(reader.line_num, dict(zip(form.header, values, strict=True)))
            else:
                detail = f"{len(values)} instead of {len(form.header)}"
                yield Reject(form.path, reader.line_num, "wrong number of columns", detail)


def _read_objects(form: FileForm, stream: Iterator[str]) -> Iterator[Row | Reject]:
    for line, text in enumerate(stream, start=1):
        if not text.strip():
            continue
        try:
            yield Row(line, json.loads(text))
        except ValueError as error:
            yield Reject(form.path, line, "unparsable JSON", str(error))


def _packing_is_named(form: FileForm) -> bool:
    named = compression_of(form.path)
    return named is (COMPRESSIONS[form.packing] if form.packing else None)


@contextmanager
def _unpacked(path: str, packing: str) -> Iterator[BinaryIO]:
    with open_bytes(path) as stream:
        if not packing:
            yield stream
            return
        compression = COMPRESSIONS[packing]
        try:
            yield compression.unpack(stream)
        except compression.errors as error:
            raise DataError(f"{path}: is not a sound {compression.name} file: {error}. Copy it again.") from error


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # The last letter may be incomplete.
    for cut in range(4):
        try:
            content[: len(content) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return "utf-8"
    return "latin-1"


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _delimiter(path: str, lines: list[str]) -> str:
    """The sign that divides most lines into equally many values, and into more than one."""
    best, most = "", 0
    for sign in _DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if row)
        columns, agreeing = max(counts.items(), key=lambda each: (each[0] > 1) * each[1])
        if columns > 1 and agreeing > len(lines) / 2 and agreeing * columns > most:
            best, most = sign, agreeing * columns
    if not best:
        raise DataError(
            f"{path}: no sign divides its lines into columns; the first is {lines[0][:60]!r}. Give CSV, TSV, JSON "
            "lines or Parquet, one event a line."
        )
    return best


def _is_header(first: list[str], rows: list[list[str]]) -> bool:
    """Whether the first line names columns. Names are neither empty nor equal, and are no numbers and no times."""
    if len(set(first)) < len(first) or not all(name.strip() for name in first):
        return False
    if any(_is_number(name) or time_format([name]) is not None for name in first):
        return False
    # A first value that looks like a name is a value if the column holds it again.
    return not any(row[place] == name for row in rows for place, name in enumerate(first))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
