"""Opens text files, plain or packed, in any encoding, on any file system that Beam knows."""

import codecs
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, cast

from components.raw_files.compression import COMPRESSIONS, START_BYTES, compression_of, packing
from components.raw_files.file_progress import told_of
from components.raw_files.file_systems import open_binary
from components.raw_files.refusal import DataError

REPLACEMENT = "\ufffd"
"""Replaces bytes that are no text in the file's encoding."""
_MARKED_UTF_8: Final = "utf-8-sig"
_MARKS: Final = (
    (codecs.BOM_UTF8, _MARKED_UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks. That of UTF-32 begins like that of UTF-16, so it comes first."""
_UTF_8: Final = "utf-8"
_SAMPLE_BYTES: Final = 8000
_STRETCH_BYTES: Final = 1 << 20
_LOG = logging.getLogger(__name__)


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
def open_unpacked(path: str) -> Iterator[BinaryIO]:
    """Opens a file for reading its content. A file that is packed by gzip, bzip2 or Zstandard is unpacked.

    The first bytes say how it is packed, whatever its name is. If the name promises a compression and the file is
    plain, a warning is logged.

    Raises:
        DataError: The file cannot be opened. Also raised while it is read, if it is damaged or cut short.
    """
    with open_bytes(path) as stream:
        raw = told_of(stream, path)
        ending = packing(start_of(raw, START_BYTES))
        if not ending:
            if compression_of(path) is not None:
                _LOG.warning("%s: is not packed, though its name says so; it is read as it is.", path)
            yield raw
            return
        compression = COMPRESSIONS[ending]
        try:
            yield compression.unpack(raw)
        except compression.errors as error:
            raise DataError(
                f"{path}: is not a sound {compression.name} file: {error}. Copy it again if it was cut short."
            ) from error


@contextmanager
def open_text(path: str, newline: str, encoding: str = "") -> Iterator[io.TextIOWrapper]:
    """Opens a text file for reading, packed or not.

    Args:
        path: The file.
        newline: How lines end, as in the builtin `open`.
        encoding: The encoding's name. If it is empty, a byte order mark tells it; without a mark it is UTF-8.

    Raises:
        DataError: The file cannot be opened, or it is UTF-8 and the name is that of an encoding in which each byte is a
            letter. Also raised while the file is read, if it is damaged or cut short.
    """
    with open_unpacked(path) as stream:
        start = start_of(stream, _SAMPLE_BYTES)
        marked = mark_of(start)
        if encoding and not marked:
            _check_encoding(path, start, encoding)
        yield io.TextIOWrapper(stream, encoding=marked or encoding or _UTF_8, errors="replace", newline=newline)


@contextmanager
def open_text_part(path: str, start: int, end: int, newline: str, encoding: str = "") -> Iterator[io.TextIOWrapper]:
    """Opens a part of a text file that is not packed.

    Args:
        path: The file.
        start: Its first byte.
        end: The byte after its last one.
        newline: As in `open_text`.
        encoding: As in `open_text`.

    Raises:
        DataError: The file cannot be opened.
    """
    with open_bytes(path) as stream:
        named = mark_of(start_of(stream, _SAMPLE_BYTES)) or encoding or _UTF_8
        if start and named == _MARKED_UTF_8:
            named = _UTF_8  # Only the file's first character is its mark.
        stream.seek(start)
        part = told_of(cast(BinaryIO, io.BufferedReader(_Stretch(stream, end - start), _STRETCH_BYTES)), path)
        yield io.TextIOWrapper(part, encoding=named, errors="replace", newline=newline)


class _Stretch(io.RawIOBase):
    """So many bytes of a stream."""

    def __init__(self, stream: BinaryIO, size: int):
        super().__init__()
        self._stream = stream
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(min(len(buffer), self._left))
        buffer[: len(block)] = block
        self._left -= len(block)
        return len(block)


def mark_of(start: bytes) -> str:
    """The encoding that a byte order mark tells; empty if a file's first bytes are none."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), "")


def start_of(stream: BinaryIO, size: int) -> bytes:
    """The first bytes of a buffered stream, which stay unread."""
    return bytes(cast(Any, stream).peek(size)[:size])


def _check_encoding(path: str, start: bytes, encoding: str) -> None:
    """Refuses UTF-8 that is read as an encoding in which any bytes are text, such as Latin-1."""
    if start.isascii() or not has_one_byte_letters(encoding):
        return
    # The last letter may be incomplete.
    text = codecs.getincrementaldecoder(_UTF_8)()
    try:
        text.decode(start)
    except UnicodeDecodeError:
        return
    raise DataError(
        f"{path}: is text in UTF-8, not in {encoding}, as data.encoding (or that of its section) says: its letters "
        "would become others. Leave the encoding out."
    )


def has_one_byte_letters(encoding: str) -> bool:
    """Whether each byte is a letter, such as in Latin-1."""
    try:
        bytes(range(0x80, 0x100)).decode(encoding)
    except UnicodeDecodeError as error:
        return error.encoding == "charmap"
    return True


def check_text(path: str, first_line: str, encoding: str = "", setting: str = "") -> None:
    """Refuses a file if its first line is not text in its encoding.

    Args:
        path: The file.
        first_line: Its first line.
        encoding: The encoding in which it was read; empty for UTF-8.
        setting: The setting that names the encoding, if there is one.

    Raises:
        DataError: The file is binary, or text in another encoding.
    """
    if "\x00" in first_line or REPLACEMENT in first_line:
        others = "such as UTF-8" if encoding else "such as UTF-16 or Latin-1"
        mend = f", or name its encoding in {setting}" if setting else ""
        raise DataError(
            f"{path}: is not text in {encoding or 'UTF-8'}: a binary file, or text in another encoding {others}. "
            f"Save it as UTF-8{mend}."
        )


def check_not_empty(path: str, first_line: str) -> None:
    """Refuses a file without content.

    Raises:
        DataError: The file is empty.
    """
    if not first_line:
        raise DataError(f"{path}: is empty, without even a header line. Remove it or write it again.")
