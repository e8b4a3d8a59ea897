"""The adapters by name: what turns one source's files into canonical events and items."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from components.raw_files.refusal import DataError, Reject
from components.sources.adapters import amazon_reviews, event_tables, fixed_benchmark, jdsearch, kuaisar
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import DataConfig
from components.sources.source_files import SourceFiles
from schemas.canonical_event import Event, Item, User


class ReadEvents(Protocol):
    """Reads the events of a file; `adapters.event_tables.read_events` says how."""

    def __call__(self, path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
        """Yields each event with its line, or its reject."""


class ReadItems(Protocol):
    """Reads the items of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
        """Yields each item with its line, or its reject."""


class ReadUsers(Protocol):
    """Reads the users of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, User] | Reject]:
        """Yields each user with its line, or its reject."""


class ReadCandidates(Protocol):
    """Reads the evaluation examples of a file."""

    def __call__(self, path: str, config: DataConfig) -> Iterator[tuple[int, FixedCandidates]]:
        """Yields each with its line."""


@dataclass(frozen=True)
class Adapter:
    """How one source is read, a file at a time.

    Attributes:
        read_events: Yields each event with its line, or its reject.
        read_items: Yields each item with its line, or its reject.
        source_files: Names the files; for most they are those that `data.events` and `data.items` name.
        read_candidates: Yields each evaluation example with its line. Only for a source with splits of its own, whose
            events say which they belong to; for others `data.split` decides.
        with_item: Completes an event by what is known of its item. Only for a source without a search log, whose
            queries are made.
        read_users: Yields each user with its line, or its reject. Only for a source with a table of users.
    """

    read_events: ReadEvents
    read_items: ReadItems
    source_files: Callable[[DataConfig], SourceFiles] = SourceFiles.of_config
    read_candidates: ReadCandidates | None = None
    with_item: Callable[[Event, Item], Event] | None = None
    read_users: ReadUsers | None = None


ADAPTERS: Mapping[str, Adapter] = {
    "amazon_reviews": Adapter(
        amazon_reviews.read_events, amazon_reviews.read_items, with_item=amazon_reviews.with_query
    ),
    "events": Adapter(event_tables.read_events, event_tables.read_items, read_users=event_tables.read_users),
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
        DataError: No adapter bears it.
    """
    if name not in ADAPTERS:
        raise DataError(f"data.source = {name!r}: there is no such adapter. Known are {', '.join(ADAPTERS)}.")
    return ADAPTERS[name]


def users_reader(config: DataConfig) -> ReadUsers | None:
    """What reads the table of users that a configuration names; None where it names none.

    Raises:
        DataError: It names one, and the source has none.
    """
    read_users = adapter(config.source).read_users
    if config.users and read_users is None:
        known = ", ".join(name for name, each in ADAPTERS.items() if each.read_users is not None)
        raise DataError(
            f"data.users = {config.users}: the source `{config.source}` has no table of users. Those that have one: "
            f"{known}. Leave data.users and data.user_columns out."
        )
    return read_users if config.users else None
