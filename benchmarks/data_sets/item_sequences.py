"""Each user's items in the order of the log, as the benchmarks of sequential recommendation take them."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from schemas.features import PADDING

_TRAIN_END, _VALIDATION_END = -2, -1
LEAST_EVENTS = 3
"""A user with fewer events has nothing to learn from beside those of validation and test."""


@dataclass(frozen=True)
class ItemSequences:
    """The sequences of a log, split for each user: the last event is the test, the one before it validation.

    Attributes:
        items: The ids of the items; item k has the index k + 1, because `PADDING` is no item.
        sequences: For each user, int32 [events]: the indices of all items, oldest first.
    """

    items: tuple[str, ...]
    sequences: tuple[np.ndarray, ...]

    def training(self) -> list[np.ndarray]:
        """For each user, what may be learned from."""
        return [sequence[:_TRAIN_END] for sequence in self.sequences]

    def asked(self, split: str) -> tuple[list[np.ndarray], np.ndarray]:
        """The histories that a split asks with, and the items that come next.

        Args:
            split: `validation` or `test`. The history of the test holds the event of validation.
        """
        end = {"validation": _TRAIN_END, "test": _VALIDATION_END}[split]
        return [sequence[:end] for sequence in self.sequences], np.array([each[end] for each in self.sequences])


def read(path: Path, columns: Mapping[str, str]) -> ItemSequences:
    """Reads a TSV file, packed by gzip. Events of a user that have the same time stay in the file's order.

    Args:
        path: The file.
        columns: The names of the columns `user_id`, `item_id` and `timestamp`, by these names.

    Raises:
        ValueError: A user has fewer than three events.
    """
    index: dict[str, int] = {}
    events: dict[str, list[tuple[float, int]]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            item = index.setdefault(row[columns["item_id"]], len(index) + PADDING + 1)
            events.setdefault(row[columns["user_id"]], []).append((float(row[columns["timestamp"]]), item))
    for user, rows in events.items():
        if len(rows) < LEAST_EVENTS:
            raise ValueError(f"{path}: user {user} has {len(rows)} events, and {LEAST_EVENTS} are needed.")
        rows.sort(key=lambda event: event[0])
    return ItemSequences(tuple(index), tuple(np.array([item for _, item in rows], "int32") for rows in events.values()))


def padded(rows: Sequence[np.ndarray], most: int) -> np.ndarray:
    """The newest items of each row, oldest first, padding at the end: int32 [rows, longest, at most `most`]."""
    longest = max(1, min(most, max(map(len, rows), default=0)))
    table = np.full((len(rows), longest), PADDING, "int32")
    for place, row in enumerate(rows):
        newest = row[-longest:]
        table[place, : len(newest)] = newest
    return table
