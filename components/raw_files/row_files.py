"""Lists the files that a pattern matches, and reads each in the format that its ending names."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from components.raw_files.compression import COMPRESSIONS
from components.raw_files.file_systems import matching
from components.raw_files.formats.delimited import read_csv, read_tsv
from components.raw_files.formats.json_lines import read_json_lines
from components.raw_files.formats.parquet import read_parquet
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row

Reader = Callable[[str, Sequence[str], str], Iterator[Row | Reject]]

_TEXT_READERS: Mapping[str, Reader] = {".csv": read_csv, ".tsv": read_tsv, ".jsonl": read_json_lines}
READERS: Mapping[str, Reader] = {
    **{ending + packed: reader for ending, reader in _TEXT_READERS.items() for packed in ("", *COMPRESSIONS)},
    ".parquet": read_parquet,
}


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


def read_rows(path: str, required: Sequence[str], setting: str) -> Iterator[Row | Reject]:
    """Reads a file row by row, in the format that its ending names.

    Args:
        path: The file.
        required: The columns that it must have.
        setting: The setting that maps columns, for error messages.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    for ending, reader in READERS.items():
        if path.lower().endswith(ending):
            return reader(path, required, setting)
    raise DataError(
        f"{path}: its ending names no known format. Known are {', '.join(_TEXT_READERS)}, each plain or packed "
        f"({', '.join(COMPRESSIONS)}), and .parquet."
    )
