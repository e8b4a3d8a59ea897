"""Reads Avro files."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from components.raw_files.file_format import FileFormat
from components.raw_files.formats.json_lines import rows_of_objects
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row
from components.raw_files.text_file import open_bytes
from components.raw_files.wanted_columns import WantedColumns


def read_avro(path: str, wanted: WantedColumns, form: FileFormat) -> Iterator[Row | Reject]:
    """Reads an Avro file of records row by row.

    Args:
        path: The file.
        wanted: The columns to read. Columns that are not wanted may hold anything.
        form: Not used, because the file says itself how it is written.

    Yields:
        A Row or a Reject for each record, in the file's order. A row's line is its record's number, from 1.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    del form
    with open_bytes(path) as stream:
        yield from rows_of_objects(path, enumerate(_records(path, stream), start=1), wanted)


def _records(path: str, stream: BinaryIO) -> Iterator[Any]:
    import fastavro  # Takes a while, so only this format imports it.

    try:
        yield from fastavro.reader(stream)
    except Exception as error:
        # A damaged file makes fastavro raise whatever its bytes lead to: EOFError, ValueError, zlib.error and others.
        raise DataError(f"{path}: is not a sound Avro file: {type(error).__name__}: {error}") from error
