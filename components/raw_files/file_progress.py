"""How far a file is read, packed or not: its bytes as they lie are counted, so that the time that is left is known."""

import io
import os
from typing import Any, BinaryIO, cast

from components.progress import Progress

_BLOCK_BYTES = 1 << 20
_KB = 1000


def told_of(stream: BinaryIO, path: str) -> BinaryIO:
    """A stream of the same bytes, which tells how far it is read; a file of another machine is read as it is.

    Args:
        stream: The file, opened at its begin.
        path: Its path.
    """
    if not os.path.isfile(path):
        return stream
    progress = Progress(f"kB of {os.path.basename(path)}", max(1, os.path.getsize(path) // _KB))
    return cast(BinaryIO, io.BufferedReader(_ToldStream(stream, progress), _BLOCK_BYTES))


class _ToldStream(io.RawIOBase):
    def __init__(self, stream: BinaryIO, progress: Progress):
        super().__init__()
        self._stream = stream
        self._progress = progress
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        before, self._read = self._read, self._read + len(block)
        self._progress.advance(self._read // _KB - before // _KB)
        return len(block)
