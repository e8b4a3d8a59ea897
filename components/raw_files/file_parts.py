"""Divides large files into parts that workers read side by side, each as it would be read in the whole file.

Parts end where rows end, and know how many lines stand before them. So rows, refused rows and their line numbers are
the same whether a file is divided or not.
"""

import codecs
import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from components.raw_files.compression import START_BYTES, packing
from components.raw_files.file_format import CSV, JSON_LINES, PARQUET, TSV, FileFormat
from components.raw_files.file_progress import told_of
from components.raw_files.text_file import has_one_byte_letters, mark_of, open_bytes, start_of

PART_BYTES: Final = 64 << 20
"""About how large a part is."""
_LEAST_SECOND_BYTE: Final = 0x40
"""A character of two bytes in a Chinese, Japanese or Korean encoding may hold this byte or a higher one."""
_WITH_STATES: Final = ("utf-7", "utf_7", "hz", "iso2022")
"""Encodings in which a byte means what those before it say."""


@dataclass(frozen=True)
class FilePart:
    """A part of a file.

    Attributes:
        start: Where it begins: its first byte; in Parquet, its first row group.
        end: Where the next one begins.
        lines_before: How many lines stand before it; in Parquet, how many rows.
    """

    start: int
    end: int
    lines_before: int


def divide(path: str, form: FileFormat, part_bytes: int = 0) -> list[FilePart]:
    """Divides a file. Text is read once for that, which takes a small part of the time that its rows will take.

    Args:
        path: The file.
        form: How it is written, completed by `format_of`.
        part_bytes: About how large a part is; 0 for `PART_BYTES`.

    Returns:
        The parts, without the header. None for a file that has to be read as a whole: one that is small or packed, JSON
        in one array, Avro, text in UTF-16, and CSV with a broken quotation.

    Raises:
        DataError: The file cannot be opened.
    """
    part_bytes = part_bytes or PART_BYTES
    with open_bytes(path) as stream:
        if form.format == PARQUET:
            return _of_row_groups(stream, part_bytes)
        if form.format not in (CSV, TSV, JSON_LINES):
            return []
        start = start_of(stream, START_BYTES)
        size = stream.seek(0, os.SEEK_END)
        if size <= part_bytes or packing(start) or not _ends_lines_by_one_byte(start, form.encoding):
            return []
        mark = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
        stream.seek(mark)
        told = told_of(stream, path, " looked through")
        if form.format == JSON_LINES or not form.quotation:
            has_header = form.format != JSON_LINES and form.header
            return list(_of_lines(told, mark, has_header, part_bytes))
        if not _is_one_byte(form):
            return []
        try:
            return list(_of_records(told, mark, form, part_bytes))
        except csv.Error:
            # What a reader makes of the rest depends on its limits. So one reader reads it all.
            return []


def _of_lines(stream: BinaryIO, mark: int, has_header: bool, part_bytes: int) -> Iterator[FilePart]:
    header = stream.readline() if has_header else b""
    start, lines = (mark + len(header) if has_header else 0), int(has_header)
    while block := stream.read(part_bytes):
        block += stream.readline()
        end = start + len(block) if start else mark + len(block)
        yield FilePart(start, end, lines)
        start, lines = end, lines + block.count(b"\n")


def _of_records(stream: BinaryIO, mark: int, form: FileFormat, part_bytes: int) -> Iterator[FilePart]:
    done = mark

    def lines() -> Iterator[str]:
        nonlocal done
        # In Latin-1 each byte is a letter.
        for line in io.TextIOWrapper(stream, encoding="latin-1", newline=""):
            done += len(line)
            yield line

    reader = csv.reader(lines(), delimiter=form.sign, quotechar=form.quotation, strict=True)
    if form.header:
        next(reader, None)
    start, lines_before = (done if form.header else 0), reader.line_num
    for _ in reader:
        if done - start >= part_bytes:
            yield FilePart(start, done, lines_before)
            start, lines_before = done, reader.line_num
    if done > start:
        yield FilePart(start, done, lines_before)


def _of_row_groups(stream: BinaryIO, part_bytes: int) -> list[FilePart]:
    import pyarrow.parquet  # Takes a second, so only this format imports it.

    try:
        metadata: Any = pyarrow.parquet.ParquetFile(stream).metadata
    except (pyarrow.ArrowException, OSError):
        return []  # Whoever reads it says so.
    parts: list[FilePart] = []
    start = rows = rows_before = held = 0
    for place in range(metadata.num_row_groups):
        group = metadata.row_group(place)
        rows, held = rows + group.num_rows, held + group.total_byte_size
        if held >= part_bytes or place == metadata.num_row_groups - 1:
            parts.append(FilePart(start, place + 1, rows_before))
            start, rows_before, held = place + 1, rows, 0
    return parts if len(parts) > 1 else []


def _ends_lines_by_one_byte(start: bytes, encoding: str) -> bool:
    name = codecs.lookup(mark_of(start) or encoding or "utf-8").name
    return not name.startswith(_WITH_STATES) and "\n".encode(name).removeprefix(codecs.BOM_UTF8) == b"\n"


def _is_one_byte(form: FileFormat) -> bool:
    """Whether the bytes of delimiter and quotation mark stand for nothing else."""
    signs = form.sign + form.quotation
    if not signs.isascii():
        return False
    encoding = codecs.lookup(form.encoding or "utf-8").name
    unambiguous = encoding.startswith("utf-8") or encoding == "ascii" or has_one_byte_letters(encoding)
    return unambiguous or max(map(ord, signs)) < _LEAST_SECOND_BYTE
