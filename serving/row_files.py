"""Rows of the files that logs come in: CSV, TSV, JSON lines (each plain or .gz) and Parquet, told by their endings.

The rules are those of the pipeline's own reader: CSV is quoted, TSV is not, bytes that are not UTF-8 become U+FFFD.
"""

import csv
import glob
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO

Row = Mapping[str, object]


class FileError(ValueError):
    """A file that cannot be used; the message names it."""


def matching_files(pattern: str) -> list[str]:
    """The files that a path or glob names, sorted.

    Raises:
        FileError: There is none.
    """
    paths = sorted(path for path in glob.glob(pattern) if os.path.isfile(path))
    if not paths:
        raise FileError(f"{pattern}: no such file. Paths are taken from the directory that the command runs in.")
    return paths


def read_rows(path: str, required: Sequence[str]) -> Iterator[Row | None]:
    """Reads a file row by row.

    Args:
        path: The file.
        required: Columns that its header must have; an object of JSON lines may lack what it has no value for.

    Yields:
        Column name to value, or None for a row that is broken.

    Raises:
        FileError: The ending names no known format, a column is missing, or the file cannot be read.
    """
    name = path.lower().removesuffix(".gz")
    read = _READERS.get(os.path.splitext(name)[1])
    if read is None:
        raise FileError(f"{path}: its ending names no known format. Known are {', '.join(_READERS)} and .gz of these.")
    try:
        yield from read(path, required)
    except (OSError, EOFError) as error:
        raise FileError(f"{path}: cannot be read: {error}") from error


def _check_header(path: str, header: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in header]
    if missing:
        found = ", ".join(map(repr, header))
        raise FileError(f"{path}: has no column {', '.join(map(repr, missing))}. Found: {found}.")


def _open_text(path: str, newline: str) -> IO[str]:
    opened = gzip.open if path.lower().endswith(".gz") else open
    return opened(path, "rt", encoding="utf-8-sig", errors="replace", newline=newline)  # type: ignore[operator, no-any-return]


def _read_csv(path: str, required: Sequence[str]) -> Iterator[Row | None]:
    with _open_text(path, newline="") as stream:
        reader = csv.reader(stream, strict=True)
        header: list[str] | None = None
        while True:
            try:
                values = next(reader, None)
            except csv.Error:
                yield None
                continue
            if values is None:
                return
            if header is None:
                header = values
                _check_header(path, header, required)
            elif values:
                yield dict(zip(header, values, strict=True)) if len(values) == len(header) else None


def _read_tsv(path: str, required: Sequence[str]) -> Iterator[Row | None]:
    with _open_text(path, newline="\n") as stream:
        header = stream.readline().rstrip("\r\n").split("\t")
        _check_header(path, header, required)
        for line in stream:
            line = line.rstrip("\r\n")
            values = line.split("\t")
            if line:
                yield dict(zip(header, values, strict=True)) if len(values) == len(header) else None


def _read_json_lines(path: str, _required: Sequence[str]) -> Iterator[Row | None]:
    with _open_text(path, newline="\n") as stream:
        for line in stream:
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None
            yield value if isinstance(value, dict) else None


def _read_parquet(path: str, required: Sequence[str]) -> Iterator[Row | None]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        _check_header(path, file.schema_arrow.names, required)
        for batch in file.iter_batches():
            yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise FileError(f"{path}: cannot be read as Parquet: {error}") from error


_READERS: Mapping[str, Callable[[str, Sequence[str]], Iterator[Row | None]]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_json_lines,
    ".parquet": _read_parquet,
}
