"""The table of adapters: each turns the files of one source into canonical events and items."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from components.raw_files.file_parts import FilePart
from components.raw_files.refusal import DataError, Reject
from components.sources.adapters import amazon_reviews, event_tables, fixed_benchmark, jdsearch, kuaisar
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import DataConfig
from components.sources.event_batch import EventBatch
from components.sources.source_files import SourceFiles
from schemas.canonical_event import Event, Item, User


class ReadEvents(Protocol):
    """Reads the events of a file; see `adapters.event_tables.read_events`."""

    def __call__(self, path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
        """Yields each event with its line, or a Reject."""


class ReadEventBatches(Protocol):
    """Reads the events of a file, many at once; see `adapters.event_tables.read_event_batches`."""

    def __call__(self, path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event | EventBatch] | Reject]:
        """Yields events with their line, or batches with their first line, or Rejects."""


class ReadItems(Protocol):
    """Reads the items of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
        """Yields each item with its line, or a Reject."""


class ReadUsers(Protocol):
    """Reads the users of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, User] | Reject]:
        """Yields each user with its line, or a Reject."""


class ReadCandidates(Protocol):
    """Reads the evaluation examples of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, FixedCandidates]]:
        """Yields each example with its line."""


class EventParts(Protocol):
    """Divides a file of events."""

    def __call__(self, path: str, config: DataConfig) -> list[FilePart]:
        """The parts; none for a file that has to be read as a whole."""


@dataclass(frozen=True)
class Adapter:
    """Reads one source, file by file.

    Attributes:
        read_events: Yields each event with its line, or a Reject.
        read_items: Yields each item with its line, or a Reject.
        source_files: Names the files. For most sources these are the files in `data.events` and `data.items`.
        read_candidates: Yields each evaluation example with its line. Only for a source that comes with its own splits:
            its events name their split. For other sources `data.split` decides.
        with_item: Adds to an event what is known about its item. Only for a source without a search log, whose queries
            are made from its items.
        read_users: Yields each user with its line, or a Reject. Only for a source with a table of users.
        event_parts: Divides a large file of events. Then `read_events` reads one `part` of it.
        read_event_batches: Yields the same events as `read_events`, as batches as far as it can. None: it cannot.
    """

    read_events: ReadEvents
    read_items: ReadItems
    source_files: Callable[[DataConfig], SourceFiles] = SourceFiles.of_config
    read_candidates: ReadCandidates | None = None
    with_item: Callable[[Event, Item], Event] | None = None
    read_users: ReadUsers | None = None
    event_parts: EventParts | None = None
    read_event_batches: ReadEventBatches | None = None


ADAPTERS: Mapping[str, Adapter] = {
    "amazon_reviews": Adapter(
        amazon_reviews.read_events, amazon_reviews.read_items, with_item=amazon_reviews.with_query
    ),
    "events": Adapter(
        event_tables.read_events,
        event_tables.read_items,
        read_users=event_tables.read_users,
        event_parts=event_tables.event_parts,
        read_event_batches=event_tables.read_event_batches,
    ),
    "fixed_benchmark": Adapter(
        fixed_benchmark.read_events,
        event_tables.read_items,
        fixed_benchmark.source_files,
        fixed_benchmark.read_candidates,
    ),
    "jdsearch": Adapter(jdsearch.read_events, jdsearch.read_items),
    "kuaisar": Adapter(kuaisar.read_events, kuaisar.read_items, read_users=event_tables.read_users),
}


def adapter(name: str) -> Adapter:
    """Finds an adapter by its name.

    Raises:
        DataError: There is no adapter with this name.
    """
    if name not in ADAPTERS:
        raise DataError(f"data.source = {name!r}: there is no such adapter. Known are {', '.join(ADAPTERS)}.")
    return ADAPTERS[name]


def users_reader(config: DataConfig) -> ReadUsers | None:
    """Finds the reader for the configured table of users, or None if none is configured.

    Raises:
        DataError: A table is configured, but the source cannot have one.
    """
    read_users = adapter(config.source).read_users
    if config.has_users and read_users is None:
        known = ", ".join(name for name, each in ADAPTERS.items() if each.read_users is not None)
        raise DataError(
            f"data.users = {config.users}: the source `{config.source}` has no table of users. Those that have one: "
            f"{known}. Leave data.users and data.user_columns out."
        )
    return read_users if config.has_users else None


def check_pretraining(config: DataConfig) -> None:
    """Refuses events of pre-training for a source whose splits are fixed.

    Raises:
        DataError: The source has splits of its own.
    """
    if config.pretraining_events and adapter(config.source).read_candidates is not None:
        raise DataError(
            f"data.pretraining_events = {config.pretraining_events}: the source `{config.source}` has splits of its "
            "own. Leave data.pretraining_events out."
        )
