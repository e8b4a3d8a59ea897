"""Reads all events of a log into columns of numbers, 33 bytes for each event, so that large logs fit into memory.

Weights, if there are any, take 8 bytes more.
"""

import array
import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from components.raw_files.refusal import Converted, Reject
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.repeated_events import identity
from schemas.canonical_event import Event, Item, Surface

_NONE: Final = -1
_SEARCH: Final = Surface.SEARCH
_TOLD_EVERY: Final = 50_000


@dataclass
class EventColumns:
    """Events in the order of a run: by user, then by position, then by time, then by place in the log.

    Attributes:
        users: User to number.
        items: Item to number, including the items of the table.
        queries: Query to number.
        titles: The titles that are known, by item.
        categories: The category paths that are known, broad to narrow, by item.
        refused: How many rows of events were refused, or left out as told, by reason.
        user: The user of each event.
        time: The time of each event, in milliseconds since 1970.
        item: The item of each event; -1 for a search without a click.
        query: The query of each event; -1 for none.
        session: The search session of each event, a number for each session and query; 0 for none.
        search: Whether it is a search event.
        engaged: Whether the user engaged with the item.
        repeated: How many events were left out because an earlier one equals them.
        weight: The weight of each event; None if the log tells none.
        actions: The names of actions, by their weight.
    """

    users: Mapping[str, int]
    items: Mapping[str, int]
    queries: Mapping[str, int]
    titles: Mapping[str, str]
    categories: Mapping[str, tuple[str, ...]]
    refused: Counter[str]
    user: np.ndarray
    time: np.ndarray
    item: np.ndarray
    query: np.ndarray
    session: np.ndarray
    search: np.ndarray
    engaged: np.ndarray
    repeated: int
    weight: np.ndarray | None = None
    actions: Mapping[float, str] = field(default_factory=dict)


@dataclass
class _Growing:
    """The columns while they are read."""

    users: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    user: array.array = field(default_factory=lambda: array.array("i"))
    position: array.array = field(default_factory=lambda: array.array("i"))
    time: array.array = field(default_factory=lambda: array.array("q"))
    item: array.array = field(default_factory=lambda: array.array("i"))
    query: array.array = field(default_factory=lambda: array.array("i"))
    session: array.array = field(default_factory=lambda: array.array("q"))
    search: array.array = field(default_factory=lambda: array.array("b"))
    engaged: array.array = field(default_factory=lambda: array.array("b"))
    same: array.array = field(default_factory=lambda: array.array("q"))
    weight: array.array = field(default_factory=lambda: array.array("d"))
    has_weights: bool = False

    def add(self, event: Event) -> None:
        self.user.append(self.users.setdefault(event.user_id, len(self.users)))
        self.position.append(event.position)
        self.time.append(event.timestamp_ms)
        self.item.append(self.items.setdefault(event.item_id, len(self.items)) if event.item_id else _NONE)
        self.query.append(self.queries.setdefault(event.query, len(self.queries)) if event.query else _NONE)
        # A hash is enough to tell a user's neighbouring sessions apart; names would take most of the memory.
        self.session.append(hash((event.session_id, event.query)) | 1 if event.session_id else 0)
        self.search.append(event.surface is _SEARCH)
        self.engaged.append(event.is_target)
        self.same.append(hash(identity(event)))
        if self.has_weights:
            self.weight.append(event.weight)


def read_event_columns(
    config: DataConfig, now_ms: int, progress: Callable[[str, int], None] = lambda path, rows: None
) -> EventColumns:
    """Reads all files of a source by its adapter, as a run does.

    Args:
        config: The `data` section.
        now_ms: The time of reading, in milliseconds since 1970; later events are refused.
        progress: Is called now and then with the file and how many of its rows were read.

    Raises:
        DataError: A file does not exist or cannot be used.
    """
    source = adapter(config.source)
    files, refused = source.source_files(config), Counter[str]()
    columns = _Growing(has_weights=config.has_weights)
    titles: dict[str, str] = {}
    categories: dict[str, tuple[str, ...]] = {}
    table: dict[str, Item] = {}
    for path in files.item_files:
        for each in source.read_items(path, config):
            if isinstance(each, Reject):
                continue
            item = each[1]
            columns.items.setdefault(item.item_id, len(columns.items))
            if config.item_sources:  # A title may stand in a later table.
                titles[item.item_id] = titles.get(item.item_id) or item.title
            titles.setdefault(item.item_id, item.title)
            if item.categories:
                categories.setdefault(item.item_id, item.categories)
            if source.with_item is not None:
                table.setdefault(item.item_id, item)
    for path in files.event_files:
        for number, row in enumerate(source.read_events(path, config, now_ms), start=1):
            if number % _TOLD_EVERY == 0:
                progress(path, number)
            if isinstance(row, Converted):
                continue
            if isinstance(row, Reject):
                refused[row.reason] += 1
                continue
            event = row[1]
            if source.with_item is not None:
                event = source.with_item(event, table.get(event.item_id, Item(event.item_id)))
            columns.add(event)
    return dataclasses.replace(_in_order(columns, titles, categories, refused), actions=config.action_names)


def _in_order(
    columns: _Growing,
    titles: Mapping[str, str],
    categories: Mapping[str, tuple[str, ...]],
    refused: Counter[str],
) -> EventColumns:
    user, time = np.asarray(columns.user), np.asarray(columns.time)
    # The sort is stable: events of the same time keep the order of the files.
    order = np.lexsort((time, np.asarray(columns.position), user))
    rows = len(order)
    # The first of equal events is kept, in the order of a run.
    order = order[np.sort(np.unique(np.asarray(columns.same)[order], return_index=True)[1])]
    return EventColumns(
        columns.users,
        columns.items,
        columns.queries,
        titles,
        categories,
        refused,
        user[order],
        time[order],
        np.asarray(columns.item)[order],
        np.asarray(columns.query)[order],
        np.asarray(columns.session)[order],
        np.asarray(columns.search)[order].astype(bool),
        np.asarray(columns.engaged)[order].astype(bool),
        rows - len(order),
        np.asarray(columns.weight)[order] if columns.has_weights else None,
    )
