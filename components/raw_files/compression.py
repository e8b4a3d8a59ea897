"""Unpacks gzip, bzip2 and Zstandard files. Their first bytes say how they are packed; their names may be wrong."""

import bz2
import gzip
import io
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import zstandard

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Compression:
    """One compression format.

    Attributes:
        name: Its name in error messages.
        begins: Matches the first bytes of a packed file.
        unpack: Turns a packed stream into a stream of its content.
        errors: The exceptions that reading this stream raises if the file is damaged.
    """

    name: str
    begins: re.Pattern[bytes]
    unpack: Callable[[BinaryIO], BinaryIO]
    errors: tuple[type[Exception], ...]


START_BYTES = 10
"""How many of a file's first bytes say how it is packed."""


def compression_of(path: str) -> Compression | None:
    """The compression that the ending of a file's name promises, or None if it promises none."""
    return next((each for ending, each in COMPRESSIONS.items() if path.lower().endswith(ending)), None)


def packing(start: bytes) -> str:
    """The ending that stands for the compression of a file, such as `.gz`; empty if it is not packed.

    Args:
        start: The file's first bytes, START_BYTES of them if there are so many.
    """
    return next((ending for ending, each in COMPRESSIONS.items() if each.begins.match(start)), "")


def without_packing(path: str) -> str:
    """A path without the ending that promises a compression."""
    return next((path[: -len(ending)] for ending in COMPRESSIONS if path.lower().endswith(ending)), path)


class _ZstandardFile(io.RawIOBase):
    """The content of a Zstandard file of one or more frames.

    We do not use the library's own reader, because it does not notice that a file was cut short.
    """

    def __init__(self, packed: BinaryIO):
        super().__init__()
        self._packed = packed
        self._frame: Any = None
        self._unpacked = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._unpacked:
            block = self._packed.read(_BLOCK_BYTES)
            if not block:
                if self._frame is not None:
                    raise EOFError("the file ended within a frame")
                return 0
            self._unpacked = memoryview(b"".join(self._unpack(block)))
        size = min(len(buffer), len(self._unpacked))
        buffer[:size] = self._unpacked[:size]
        self._unpacked = self._unpacked[size:]
        return size

    def _unpack(self, block: bytes) -> list[bytes]:
        parts = []
        while block:
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            parts.append(self._frame.decompress(block))
            block = b""
            if self._frame.eof:
                block, self._frame = self._frame.unused_data, None
        return parts


COMPRESSIONS: Mapping[str, Compression] = {
    ".gz": Compression(
        "gzip",
        re.compile(rb"\x1f\x8b\x08"),
        lambda packed: cast(BinaryIO, gzip.GzipFile(fileobj=packed)),
        (gzip.BadGzipFile, EOFError, zlib.error),
    ),
    ".bz2": Compression(
        "bzip2",
        # The second part is the mark of a block, or that of the end of an empty file.
        re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
        lambda packed: cast(BinaryIO, bz2.BZ2File(packed)),
        (OSError, EOFError),
    ),
    ".zst": Compression(
        "Zstandard",
        re.compile(rb"\x28\xb5\x2f\xfd"),
        lambda packed: cast(BinaryIO, io.BufferedReader(_ZstandardFile(packed), _BLOCK_BYTES)),
        (zstandard.ZstdError, EOFError),
    ),
}
