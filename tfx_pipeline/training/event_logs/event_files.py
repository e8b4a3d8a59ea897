"""The event files of one run of TensorBoard, read without TensorFlow."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_EVENTS: Final = "*.tfevents.*"
_HEAD: Final = struct.Struct("<QI")
"""Before each record: its length, and a checksum of that. Behind it stands a checksum of the record."""
_CHECKSUM_BYTES: Final = 4


def files_of(folder: Path) -> list[Path]:
    """The event files in a folder, by name; none if there is no such folder."""
    return sorted(folder.glob(_EVENTS))


def events_of(file: Path) -> Iterator[Any]:
    """The events of a file, `Event` messages, up to the last whole one: a killed process leaves a part of the next."""
    from tensorboard.compat.proto import event_pb2  # Takes a quarter of a second.

    content, place = file.read_bytes(), 0
    while place + _HEAD.size <= len(content):
        length, _ = _HEAD.unpack_from(content, place)
        start = place + _HEAD.size
        place = start + length + _CHECKSUM_BYTES
        if place <= len(content):
            yield event_pb2.Event.FromString(content[start : start + length])
