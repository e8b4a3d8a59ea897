"""How packed files are unpacked, told by the ending of their names."""

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
    """One way of packing.

    Attributes:
        name: What it is called.
        unpack: Makes of a packed stream the stream of its content.
        errors: What reading that stream raises where the file is not sound.
    """

    name: str
    unpack: Callable[[BinaryIO], BinaryIO]
    errors: tuple[type[Exception], ...]


def compression_of(path: str) -> Compression | None:
    """How a file is packed; None where its ending names no way of packing."""
    return next((each for ending, each in COMPRESSIONS.items() if path.lower().endswith(ending)), None)


class _ZstandardFile(io.RawIOBase):
    """The content of a Zstandard file of one or more frames.

    The library's own reader takes a file that was cut short for a whole one.
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
