"""Reads KuaiSAR (Kuaishou's log of search and feed, arXiv 2306.07705) as published, in files with fixed names.

* `rec_inter*.csv`: one row for each video that the feed showed. `click` says whether the user watched it.
* `src_inter*.csv`: one row for each item that a search showed. `click_cnt` says how often the user clicked on it. A
  search without any click still counts as a search.
* `item_features*.csv`: caption, author and categories.

Queries and captions are lists of anonymous word numbers, such as `[20, 34, 3]`.
"""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping

from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import RowError, records
from components.raw_files.row_files import read_rows
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, event_from_row, field_text
from schemas.canonical_event import Event, Item, Surface

_SURFACE = "surface"
_FEED = EventColumns(timestamp="timestamp", surface=_SURFACE, query="", session_id="", label="click")
_SEARCH = EventColumns(
    timestamp="search_session_timestamp",
    surface=_SURFACE,
    query="keyword",
    session_id="search_session_id",
    label="click_cnt",
)
_CAPTION = "caption"
_LEVELS = ("first", "second", "third", "fourth")
_NOTHING = ("", "0", "-1", "-124", "empty", "unknown")
"""Values that mean: there is no category."""


def read_events(path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the events of a file. Its name says which of the two logs it belongs to.

    Args:
        path: A file whose name starts with `rec_inter` or `src_inter`.
        config: `columns.context` names columns to keep as the event's context, such as `search_source`. A file may lack
            them.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.

    Yields:
        (line, event) or a Reject for each row, in the file's order. A search without a click yields one more event,
        which has no item.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    name = path.rsplit("/", 1)[-1]
    if name.startswith("rec_inter"):
        surface, columns = Surface.RECOMMENDATION, _FEED
    elif name.startswith("src_inter"):
        surface, columns = Surface.SEARCH, _SEARCH
    else:
        raise DataError(
            f"{path}: its name says neither rec_inter nor src_inter. KuaiSAR's files keep their names; "
            "data.events should match these alone."
        )
    needed = [name for name in (*columns.required, columns.query, columns.session_id, columns.label) if name]
    needed.remove(_SURFACE)

    def read_row(row: Mapping[str, object]) -> Event:
        values = {**row, _SURFACE: surface.value, columns.label: _flag(row, columns.label)}
        if columns.query:
            values[columns.query] = _words(row, columns.query)
        event = event_from_row(values, columns, now_ms)
        if not event.item_id:
            raise RowError("missing item", f"column {columns.item_id!r} is empty")
        return dataclasses.replace(event, context={each: field_text(row, each) for each in config.columns.context})

    found = records(path, read_rows(path, needed, ""), read_row)
    return found if surface is Surface.RECOMMENDATION else _with_searches_without_a_click(found)


def read_items(path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
    """Reads `item_features*.csv`. `item_columns.attributes` names further columns to keep, such as `author_id`."""
    names = [f"{level}_level_category_name_en" for level in _LEVELS]
    attributes = config.item_columns.attributes

    def read_row(row: Mapping[str, object]) -> Item:
        item_id = field_text(row, "item_id")
        if not item_id:
            raise RowError("missing item", "column 'item_id' is empty")
        categories = itertools.takewhile(
            lambda category: category.lower() not in _NOTHING, (field_text(row, name) for name in names)
        )
        return Item(
            item_id=item_id,
            title=_words(row, _CAPTION),
            categories=tuple(categories),
            attributes={name: field_text(row, name) for name in attributes},
        )

    return records(path, read_rows(path, ("item_id", _CAPTION, *names, *attributes), ""), read_row)


def _flag(row: Mapping[str, object], column: str) -> str:
    """Turns a count into 0 or 1."""
    text = field_text(row, column)
    try:
        return str(int(float(text) > 0))
    except ValueError:
        raise RowError("unknown label", f"column {column!r} holds {text[:40]!r}; give a number") from None


def _words(row: Mapping[str, object], column: str) -> str:
    """The word numbers of a list, joined by spaces."""
    text = field_text(row, column)
    if re.fullmatch(r"\[?[\d\s,]*\]?", text) is None:
        raise RowError("no list", f"column {column!r} holds {text[:40]!r}; give word numbers such as [20, 34, 3]")
    return " ".join(re.findall(r"\d+", text))


def _with_searches_without_a_click(found: Iterator[tuple[int, Event] | Reject]) -> Iterator[tuple[int, Event] | Reject]:
    """Adds an event without an item after each session without a click. Rows of a session stand next to each other."""
    first: tuple[int, Event] | None = None
    clicked = False
    for each in found:
        if isinstance(each, Reject):
            yield each
            continue
        line, event = each
        if first is None or _session(first[1]) != _session(event):
            yield from _without_a_click(first, clicked)
            first, clicked = each, False
        clicked = clicked or event.label == 1
        yield line, event
    yield from _without_a_click(first, clicked)


def _session(event: Event) -> tuple[str, str]:
    return event.user_id, event.session_id


def _without_a_click(first: tuple[int, Event] | None, clicked: bool) -> Iterator[tuple[int, Event]]:
    if first is not None and not clicked:
        line, event = first
        yield line, dataclasses.replace(event, item_id="", label=1)
