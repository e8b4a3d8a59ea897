"""Lists the files that a pattern matches, and reads each in its format."""

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from components.raw_files.compression import COMPRESSIONS, without_packing
from components.raw_files.file_format import AUTO, AVRO, CSV, JSON, JSON_LINES, PARQUET, TSV, FileFormat, setting_beside
from components.raw_files.file_parts import FilePart, divide
from components.raw_files.file_systems import matching
from components.raw_files.formats.avro import read_avro
from components.raw_files.formats.delimited import read_delimited, read_delimited_batches
from components.raw_files.formats.json_array import read_json
from components.raw_files.formats.json_lines import read_json_lines
from components.raw_files.formats.parquet import read_parquet
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row, RowBatch
from components.raw_files.text_file import open_text, open_unpacked, start_of
from components.raw_files.wanted_columns import WantedColumns

Reader = Callable[..., Iterator[Row | Reject]]
"""Reads a file, given its path, the wanted columns and its format; and a part, if it can be divided."""
ENDINGS: Final[Mapping[str, str]] = {
    ".csv": CSV,
    ".tsv": TSV,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".json": JSON,
    ".parquet": PARQUET,
    ".avro": AVRO,
}
_READERS: Mapping[str, Reader] = {
    CSV: read_delimited,
    TSV: read_delimited,
    JSON_LINES: read_json_lines,
    JSON: read_json,
    PARQUET: read_parquet,
    AVRO: read_avro,
}
_BATCH_READERS: Mapping[str, Callable[..., Iterator[RowBatch | Row | Reject]]] = {
    **_READERS,
    CSV: read_delimited_batches,
    TSV: read_delimited_batches,
}
"""CSV and TSV alone are read in batches."""
_MAGIC: Final[Mapping[bytes, str]] = {b"PAR1": PARQUET, b"Obj\x01": AVRO}
_START: Final = 4096
_DEFAULT: Final = FileFormat()


def matching_files(pattern: str, setting: str) -> list[str]:
    """Lists the files that match a path or glob, sorted.

    Args:
        pattern: A path or glob of any of Beam's file systems.
        setting: The setting that holds the pattern, for error messages.

    Raises:
        DataError: The pattern is empty, or it matches no file, or it matches a directory.
    """
    if not pattern:
        raise DataError(f"{setting} is empty; give the path or glob of the files.")
    try:
        paths = sorted(matching(pattern))
    except (OSError, ValueError) as error:
        raise DataError(f"{setting} = {pattern}: cannot be listed: {error}") from error
    for path in paths:
        if os.path.isdir(path):
            raise DataError(f"{path}: is a directory. Name the files in it, such as {setting} = {path}/*.tsv.gz.")
    if not paths:
        raise DataError(f"{setting} = {pattern}: no such file. Paths are taken from the directory of the run.")
    return paths


def format_of(path: str, form: FileFormat = _DEFAULT, setting: str = "") -> FileFormat:
    """Completes a format by what a file's name and its first bytes say.

    Args:
        path: The file.
        form: What the configuration says. If it names a format, that counts. A delimiter alone means CSV.
        setting: The setting that maps the columns of the file, for error messages.

    Raises:
        DataError: Nothing says which format it is.
    """
    if form.format != AUTO:
        return form
    name = without_packing(path).lower()
    found = next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), "")
    if not found and form.delimiter:
        found = CSV
    return dataclasses.replace(form, format=found or _format_of_content(path, form, setting))


def read_rows(
    path: str,
    required: Sequence[str],
    setting: str,
    form: FileFormat = _DEFAULT,
    optional: Sequence[str] | None = None,
    lists: Sequence[str] = (),
    part: FilePart | None = None,
) -> Iterator[Row | Reject]:
    """Reads a file row by row.

    Args:
        path: The file.
        required: The columns that it must have.
        setting: The setting that maps columns, for error messages; empty if column names are fixed.
        form: How it is written, as far as its name and its first bytes do not say it.
        optional: The columns that are read beside the required ones, if they are there. None: all.
        lists: Columns that keep their lists as they are.
        part: The part to read, one of `parts_of`; None for all.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    wanted = WantedColumns(tuple(required), None if optional is None else tuple(optional), tuple(lists), setting)
    return _read(_READERS, path, wanted, form, part)


def read_row_batches(
    path: str,
    required: Sequence[str],
    setting: str,
    form: FileFormat = _DEFAULT,
    optional: Sequence[str] | None = None,
    part: FilePart | None = None,
) -> Iterator[RowBatch | Row | Reject]:
    """Reads the same as `read_rows`, many rows at once where the file is CSV or TSV and its rows are sound.

    Args:
        path: The file.
        required: The columns that it must have.
        setting: The setting that maps columns, for error messages; empty if column names are fixed.
        form: How it is written, as far as its name and its first bytes do not say it.
        optional: The columns that are read beside the required ones, if they are there. None: all.
        part: The part to read, one of `parts_of`; None for all.

    Yields:
        Batches of rows, or rows and rejects, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    wanted = WantedColumns(tuple(required), None if optional is None else tuple(optional), (), setting)
    return _read(_BATCH_READERS, path, wanted, form, part)


def _read(
    readers: Mapping[str, Callable[..., Iterator[Any]]],
    path: str,
    wanted: WantedColumns,
    form: FileFormat,
    part: FilePart | None,
) -> Iterator[Any]:
    told = format_of(path, form, wanted.setting)
    read = readers[told.format]
    return read(path, wanted, told) if part is None else read(path, wanted, told, part)


def parts_of(path: str, setting: str, form: FileFormat = _DEFAULT) -> list[FilePart]:
    """Divides a large file, for `read_rows`; no part if it has to be read as a whole.

    Args:
        path: The file.
        setting: The setting that maps columns, for error messages.
        form: How it is written, as far as its name and its first bytes do not say it.

    Raises:
        DataError: The file cannot be opened, or nothing says which format it is.
    """
    return divide(path, format_of(path, form, setting))


def _format_of_content(path: str, form: FileFormat, setting: str) -> str:
    with open_unpacked(path) as stream:
        start = start_of(stream, _START)
    found = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    if found:
        return found
    with open_text(path, newline="\n", encoding=form.encoding) as text:
        line = text.readline(_START).lstrip()
    if line.startswith(("{", "[")):
        return JSON
    field = setting_beside(setting, "format")
    hint = f" Its first line holds tabs: set {field}: tsv." if "\t" in line else ""
    raise DataError(
        f"{path}: neither its ending nor its content tells its format. Known endings are {', '.join(ENDINGS)}, each "
        f"also packed ({', '.join(COMPRESSIONS)}). Name the format in {field}, such as csv or tsv.{hint}"
    )
