"""Opens text files, plain or packed, on any file system that Beam knows."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from components.raw_files.compression import compression_of
from components.raw_files.file_progress import told_of
from components.raw_files.file_systems import open_binary
from components.raw_files.refusal import DataError

REPLACEMENT = "\ufffd"
"""Replaces bytes that are not UTF-8."""


@contextmanager
def open_bytes(path: str) -> Iterator[BinaryIO]:
    """Opens a file for reading its raw bytes; a compressed file is not unpacked.

    Raises:
        DataError: The file cannot be opened.
    """
    try:
        stream = open_binary(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be opened: {error}") from error
    with stream:
        yield stream


@contextmanager
def open_text(path: str, newline: str) -> Iterator[io.TextIOWrapper]:
    """Opens a text file for reading. A file whose name ends in `.gz`, `.bz2` or `.zst` is unpacked.

    Args:
        path: The file.
        newline: How lines end, as in the builtin `open`.

    Raises:
        DataError: The file cannot be opened. Also raised while the file is read, if it is cut short, or if it is not
            packed in the way that its ending says.
    """
    compression = compression_of(path)
    with open_bytes(path) as packed:
        raw = told_of(packed, path)
        if compression is None:
            yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline=newline)
            return
        try:
            unpacked = compression.unpack(raw)
            yield io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="replace", newline=newline)
        except compression.errors as error:
            raise DataError(
                f"{path}: is not a sound {compression.name} file: {error}. Copy it again if it was cut short, or take "
                "the last ending off its name if it is not compressed."
            ) from error


def check_text(path: str, first_line: str) -> None:
    """Refuses a file if its first line is not text in UTF-8.

    Raises:
        DataError: The file is binary, or text in another encoding.
    """
    if "\x00" in first_line or REPLACEMENT in first_line:
        raise DataError(
            f"{path}: is not text in UTF-8: a binary file, or text in another encoding such as UTF-16 or Latin-1. "
            "Save it as UTF-8."
        )


def check_not_empty(path: str, first_line: str) -> None:
    """Refuses a file without content.

    Raises:
        DataError: The file is empty.
    """
    if not first_line:
        raise DataError(f"{path}: is empty, without even a header line. Remove it or write it again.")
