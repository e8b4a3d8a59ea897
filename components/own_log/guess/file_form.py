"""Recognizes the form of a file: format, compression, encoding, delimiter, and whether it has a header."""

import csv
import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from components.own_log.guess.time_formats import time_format
from components.raw_files import file_format
from components.raw_files.compression import COMPRESSIONS, START_BYTES, packing
from components.raw_files.file_format import FileFormat
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row
from components.raw_files.row_files import format_of, read_rows
from components.raw_files.text_file import open_bytes, open_unpacked

CSV: Final = "CSV"
TSV: Final = "TSV"
JSON_LINES: Final = "JSON lines"
JSON_ARRAY: Final = "one JSON array"
PARQUET: Final = "Parquet"
_PARQUET_MAGIC: Final = b"PAR1"
_LATIN_1: Final = "latin-1"
_TOLD_BY_THEMSELVES: Final = ("utf-8", "utf-16")
"""Encodings that a run finds without a setting."""
_SIGN_NAMES: Final = {sign: name for name, sign in file_format.SIGNS.items() if name.isalpha()}
_LAST_LATIN: Final = "\u024f"
_GUESSED_FROM: Final = 1 << 16
_START: Final = 1 << 18
_LINES: Final = 200
_DELIMITERS: Final = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
_FORMATS: Final[Mapping[str, str]] = {
    CSV: file_format.CSV,
    TSV: file_format.TSV,
    JSON_LINES: file_format.JSON_LINES,
    JSON_ARRAY: file_format.JSON,
    PARQUET: file_format.PARQUET,
}


@dataclass(frozen=True)
class FileForm:
    """How a file is to be read.

    Attributes:
        path: The file.
        format: `CSV`, `TSV`, `JSON lines`, `one JSON array` or `Parquet`.
        packing: The ending that stands for its compression, such as `.gz`; empty if it is not compressed.
        delimiter: The delimiter of CSV and TSV.
        encoding: The encoding of text: `utf-8`, `utf-16`, `latin-1` for what is Western, or another that is guessed.
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
    def settings(self) -> FileFormat:
        """The settings by which a run reads the file; what its name and first bytes say is left out."""
        delimiter = "" if (self.format, self.delimiter) in ((CSV, ","), (TSV, "\t")) else self.delimiter
        told = FileFormat(
            delimiter=_SIGN_NAMES.get(delimiter, delimiter),
            encoding="" if self.encoding in _TOLD_BY_THEMSELVES else self.encoding,
            header=self.has_header,
        )
        try:
            if format_of(self.path, told).format in (_FORMATS[self.format], file_format.JSON):
                return told
        except DataError:
            pass
        return dataclasses.replace(told, format=_FORMATS[self.format])


def file_form(path: str) -> FileForm:
    """Recognizes the form of a file by its beginning.

    Raises:
        DataError: The file cannot be opened, or its form is unknown.
    """
    with open_bytes(path) as stream:
        start = stream.read(START_BYTES)
    if start.startswith(_PARQUET_MAGIC):
        return FileForm(path, PARQUET)
    packed = packing(start)
    with open_unpacked(path) as unpacked:
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
        return FileForm(path, JSON_ARRAY, packed, encoding=encoding)
    if _is_json(lines[0]):
        return FileForm(path, JSON_LINES, packed, encoding=encoding)
    delimiter = _delimiter(path, lines)
    first = next(csv.reader([lines[0]], delimiter=delimiter))
    rows = [row for row in csv.reader(lines[1:], delimiter=delimiter) if len(row) == len(first)]
    has_header = _is_header(first, rows)
    names = tuple(first) if has_header else tuple(f"column_{place}" for place in range(1, len(first) + 1))
    named_format = TSV if delimiter == "\t" else CSV
    return FileForm(path, named_format, packed, delimiter, encoding, names, has_header)


def read_form(form: FileForm) -> Iterator[Row | Reject]:
    """Reads a file row by row, as a run reads it.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    return read_rows(form.path, (), "", form.settings)


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
    # Western encodings differ in few signs, and a guess among them is no better than this one. Others are told apart by
    # the words that they would make.
    import charset_normalizer

    guess = charset_normalizer.from_bytes(content[: content.rfind(b"\n", 0, _GUESSED_FROM) + 1 or _GUESSED_FROM]).best()
    if guess is None:
        return _LATIN_1
    letters = [each for each in str(guess) if each.isalpha() and not each.isascii()]
    return guess.encoding if sum(each > _LAST_LATIN for each in letters) > len(letters) / 2 else _LATIN_1


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _delimiter(path: str, lines: list[str]) -> str:
    """The sign that divides most lines into equally many values, and into more than one.

    A sign that divides the first line into as many goes before one that does not: what stands between the levels of a
    category, say, is not in the header.
    """
    best, most = "", (False, 0)
    for sign in _DELIMITERS:
        sizes = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        counts = Counter(sizes)
        columns, agreeing = max(counts.items(), key=lambda each: (each[0] > 1) * each[1])
        found = (sizes[0] == columns, agreeing * columns)
        if columns > 1 and agreeing > len(lines) / 2 and found > most:
            best, most = sign, found
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
