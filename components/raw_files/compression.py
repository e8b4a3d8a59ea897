"""Unpacks gzip, bzip2 and Zstandard files; the ending of a file's name says how it is packed."""

import bz2
import gzip
import io
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
        unpack: Turns a packed stream into a stream of its content.
        errors: The exceptions that reading this stream raises if the file is damaged.
    """

    name: str
    unpack: Callable[[BinaryIO], BinaryIO]
    errors: tuple[type[Exception], ...]


def compression_of(path: str) -> Compression | None:
    """The compression of a file, or None if its ending names none."""
    return next((each for ending, each in COMPRESSIONS.items() if path.lower().endswith(ending)), None)


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
        lambda packed: cast(BinaryIO, gzip.GzipFile(fileobj=packed)),
        (gzip.BadGzipFile, EOFError, zlib.error),
    ),
    ".bz2": Compression("bzip2", lambda packed: cast(BinaryIO, bz2.BZ2File(packed)), (OSError, EOFError)),
    ".zst": Compression(
        "Zstandard",
        lambda packed: cast(BinaryIO, io.BufferedReader(_ZstandardFile(packed), _BLOCK_BYTES)),
        (zstandard.ZstdError, EOFError),
    ),
}
