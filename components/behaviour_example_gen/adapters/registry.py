"""The adapters by name: what turns one source's files into canonical events and items."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from components.behaviour_example_gen.adapters import events
from components.behaviour_example_gen.config import DataConfig
from components.raw_files.refusal import DataError, Reject
from schemas.canonical_event import Event, Item


class ReadEvents(Protocol):
    """Reads the events of a file; `adapters.events.read_events` says how."""

    def __call__(self, path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
        """Yields each event with its line, or its reject."""


class ReadItems(Protocol):
    """Reads the items of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
        """Yields each item with its line, or its reject."""


@dataclass(frozen=True)
class Adapter:
    """How one source is read, a file at a time.

    Attributes:
        read_events: Yields each event with its line, or its reject.
        read_items: Yields each item with its line, or its reject.
    """

    read_events: ReadEvents
    read_items: ReadItems


ADAPTERS: Mapping[str, Adapter] = {"events": Adapter(events.read_events, events.read_items)}


def adapter(name: str) -> Adapter:
    """Finds an adapter by its name.

    Raises:
        DataError: No adapter bears it.
    """
    if name not in ADAPTERS:
        raise DataError(f"data.source = {name!r}: there is no such adapter. Known are {', '.join(ADAPTERS)}.")
    return ADAPTERS[name]
