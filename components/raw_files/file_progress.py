"""Reports how much of a file has been read.

It counts the bytes on disk, packed or not, because only their total is known beforehand.
"""

import io
import os
from typing import Any, BinaryIO, cast

from components.progress import Progress

_BLOCK_BYTES = 1 << 20
_KB = 1000


def told_of(stream: BinaryIO, path: str, doing: str = "") -> BinaryIO:
    """Wraps a stream so that it reports its progress; a file on another machine is returned unwrapped.

    Args:
        stream: The opened file, at its first byte, or a part of it. Reports of parts add up.
        path: Its path.
        doing: What is done with its bytes, if they are not read for good.
    """
    if not os.path.isfile(path):
        return stream
    progress = Progress(f"kB of {os.path.basename(path)}{doing}", max(1, os.path.getsize(path) // _KB))
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
