"""The lists of all items in one file that is mapped into memory, so that the workers of a machine share its pages.

It holds what negatives are drawn from: ids, engagements, and where an id stands. Python objects for ten million items
would take 1.5 GB in each worker.

The file is a header of 64 bytes, then arrays of the catalogue's items, sorted by id (little endian):

    int64 [items + 1]   where each id begins among the bytes of the ids, and where the last one ends
    int64 [items]       the engagements of all items up to this one, itself included
    uint64 [items]      a digest of each id, sorted
    int32 [items]       the item of each digest
    bytes               the ids, in UTF-8
"""

import hashlib
import mmap
import os
import struct
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from components.raw_files.file_systems import as_it_is, is_remote, open_binary

FILE: Final = "items.lists"
_MAGIC: Final = b"TANDEM1\n"
_HEADER: Final = struct.Struct("<8s4q24x")
_DIGEST_BYTES: Final = 8
_BLOCK: Final = 1 << 24


class ItemLists:
    """The lists of a catalogue, whichever memory they lie in.

    Attributes:
        able: How many items have an engagement.

    Args:
        memory: The content of a file, mapped or as bytes.
    """

    def __init__(self, memory: bytes | mmap.mmap):
        magic, self._size, id_bytes, self.able, _ = _HEADER.unpack_from(memory)
        if magic != _MAGIC:
            raise ValueError(f"the lists of items should begin with {_MAGIC!r}. Received: {magic!r}")
        self._memory = memory
        places = [_HEADER.size]
        arrays = []
        for kind, length in (("<i8", self._size + 1), ("<i8", self._size), ("<u8", self._size), ("<i4", self._size)):
            arrays.append(np.frombuffer(memory, kind, length, places[-1]))
            places.append(places[-1] + arrays[-1].nbytes)
        self._start = places[-1]
        if len(memory) != self._start + id_bytes:
            raise ValueError(f"the lists of items should have {self._start + id_bytes} bytes. Received: {len(memory)}")
        starts, self.cumulative, self._digests, owners = arrays
        # Python reads single numbers from a view faster than from an array.
        self._starts, self._digest_at, self._owners = (each.data for each in (starts, self._digests, owners))

    @classmethod
    def of(cls, ids: Sequence[str], engagements: Sequence[int] | None = None) -> "ItemLists":
        """Makes the lists in memory.

        Args:
            ids: The ids, each once.
            engagements: The engagements of each; None for none.
        """
        return cls(b"".join(packed(ids, [0] * len(ids) if engagements is None else engagements)))

    def __len__(self) -> int:
        """How many items there are."""
        return self._size

    def id_bytes(self, place: int) -> bytes:
        """The id of an item, in UTF-8."""
        starts, start = self._starts, self._start
        return self._memory[start + starts[place] : start + starts[place + 1]]

    def places(self, ids: Collection[str]) -> list[int]:
        """Where ids stand in the catalogue, in their order; those that it lacks are left out."""
        if not ids:
            return []
        encoded = [each.encode() for each in ids]
        digests = np.frombuffer(b"".join(map(_digest, encoded)), "<u8")
        found = []
        at = np.searchsorted(self._digests, digests).tolist()
        for each, digest, place in zip(encoded, digests.tolist(), at, strict=True):
            # Two ids may have the same digest.
            while place < self._size and self._digest_at[place] == digest:
                owner = self._owners[place]
                if self.id_bytes(owner) == each:
                    found.append(owner)
                    break
                place += 1
        return found

    def engagements(self, places: np.ndarray) -> np.ndarray:
        """The engagements of items: int64 [places]."""
        before = np.where(places > 0, self.cumulative[places - 1], 0) if len(places) else np.zeros(0, np.int64)
        return self.cumulative[places] - before


def packed(ids: Sequence[str], engagements: Sequence[int]) -> Iterator[bytes]:
    """The content of the file, in parts.

    Args:
        ids: The ids, each once.
        engagements: The engagements of each.
    """
    encoded = [each.encode() for each in ids]
    starts = np.zeros(len(ids) + 1, "<i8")
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(ids)), out=starts[1:])
    counts = np.asarray(engagements, np.int64).reshape(len(ids))
    digests = np.frombuffer(b"".join(map(_digest, encoded)), "<u8")
    order = np.argsort(digests, kind="stable")
    yield _HEADER.pack(_MAGIC, len(ids), int(starts[-1]), int(np.count_nonzero(counts)), 0)
    yield starts.tobytes()
    yield np.cumsum(counts).astype("<i8").tobytes()
    yield digests[order].tobytes()
    yield order.astype("<i4").tobytes()
    yield b"".join(encoded)


def mapped(path: str) -> ItemLists:
    """Maps a local file.

    Raises:
        OSError: It cannot be opened.
        ValueError: It is none, or not whole.
    """
    with open(path, "rb") as stream:
        return ItemLists(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def open_lists(directory: str, table: str, make: Callable[[], Iterable[bytes]]) -> ItemLists:
    """Maps the lists of a catalogue.

    The workers of a machine copy a remote file once, into the folder for temporary files, and share the copy. A
    catalogue that was made before there were such files gets one there.

    Args:
        directory: The directory of the catalogue.
        table: The name of the table's file in it.
        make: Makes the content from the table, for a catalogue without the file.
    """
    path = os.path.join(directory, FILE)
    if not is_remote(path) and os.path.exists(path):
        return mapped(path)
    return _mapped_copy(os.path.join(directory, table), lambda: _read_or_made(path, make))


def _mapped_copy(table: str, content: Callable[[], Iterable[bytes]]) -> ItemLists:
    """Maps a local copy; the first worker of this machine that wants it makes it, and the others wait."""
    import fcntl

    from apache_beam.io.filesystems import FileSystems

    (found,) = FileSystems.match([as_it_is(table)])[0].metadata_list
    # A later table may lie in the same place.
    known = f"{table} {found.size_in_bytes} {found.last_updated_in_seconds}"
    folder = os.path.join(tempfile.gettempdir(), f"tandem-item-lists-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    copy = os.path.join(folder, hashlib.sha256(known.encode()).hexdigest()[:32])
    with open(f"{copy}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(copy):
            with open(f"{copy}.unfinished", "wb") as stream:
                stream.writelines(content())
            os.replace(f"{copy}.unfinished", copy)
        return mapped(copy)


def _read_or_made(path: str, make: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    from apache_beam.io.filesystems import FileSystems

    if not FileSystems.exists(path):
        yield from make()
        return
    with open_binary(path) as stream:
        while block := stream.read(_BLOCK):
            yield block


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest()
