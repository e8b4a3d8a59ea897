"""Turns rows of files into events, items and users, or says why a row cannot be used.

The adapters use it, on Beam and where the command line reads a user's history.
"""

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from components.raw_files.row import CATEGORY_SEPARATOR, RowError
from components.sources.id_text import check_id
from components.sources.row_elements import list_of
from schemas import context_values
from schemas.canonical_event import Event, Item, Surface, User

MAX_FIELD_CHARACTERS = 100_000
"""A longer value is refused, because it comes from a broken quote or delimiter."""
MILLISECONDS = "ms"
SECONDS = "s"
_TIME_UNITS = {MILLISECONDS: ("milliseconds", 1), SECONDS: ("seconds", 1000)}
"""Unit to its name and its length in milliseconds."""
_SEARCH = Surface.SEARCH
_SURFACES = {surface.value: surface for surface in Surface}
_LONG_NUMBER = 19
"""A number with fewer digits than this fits into 64 bits."""


@dataclass(frozen=True)
class EventColumns:
    """Which column holds which field of an event.

    Attributes:
        user_id: The column of the user's id. Required.
        timestamp: The column of the time: a number since 1970, or ISO 8601 (UTC when it names no zone). Required.
        time_unit: What a number in the column `timestamp` counts: `ms` (milliseconds) or `s` (seconds).
        surface: The column that says `recommendation` or `search`. If the column's name is empty, an event with a query
            is a search.
        query: The column of the typed query. May be missing from the file.
        session_id: The column of the search session that a click belongs to. May be missing from the file.
        item_id: The column of the item's id. Required.
        label: The column that says 1 (engaged) or 0 (only shown). May be missing from the file; then every event is an
            engagement.
        context: Further columns of the moment's context, such as the device. Each must be there.
        lists: Columns that hold one event in each element, such as the results of a search. A field within is named by
            its path: with `lists: [results]`, `item_id: results.id` and `label: results.clicked`. Several lists, such
            as `lists: [shown, clicked]`, are read side by side and are equally long. Empty: a row is one event.
    """

    user_id: str = "user_id"
    timestamp: str = "timestamp_ms"
    time_unit: str = MILLISECONDS
    surface: str = "surface"
    query: str = "query"
    session_id: str = "session_id"
    item_id: str = "item_id"
    label: str = "label"
    context: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses unknown units, and context names that have another meaning.

        Raises:
            ValueError: The message names the refused value.
        """
        context_values.check_names(self.context)
        if self.time_unit not in _TIME_UNITS:
            raise ValueError(
                f"`time_unit` should be one of {', '.join(_TIME_UNITS)}. Received: time_unit={self.time_unit!r}"
            )

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        names = (self.user_id, self.timestamp, self.surface, self.item_id, *self.context)
        return (*self.lists, *(name for name in names if name and not list_of(name, self.lists)))

    @property
    def named(self) -> tuple[str, ...]:
        """All columns with an event's fields, those within lists too."""
        names = (self.user_id, self.timestamp, self.surface, self.query, self.session_id, self.item_id, self.label)
        return tuple(name for name in (*names, *self.context) if name)


@dataclass(frozen=True)
class ItemColumns:
    """Which column holds which field of an item.

    Attributes:
        item_id: The column of the item's id. Required.
        title: The column of the title. May be missing from the file.
        categories: The column of the category path: names joined by a vertical bar, broad to narrow. May be missing
            from the file.
        attributes: Further columns of one value each, such as a brand. Each must be there.
    """

    item_id: str = "item_id"
    title: str = "title"
    categories: str = "categories"
    attributes: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return (self.item_id, *self.attributes)


@dataclass(frozen=True)
class UserColumns:
    """Which column holds which field of a user.

    Attributes:
        user_id: The column of the user's id. Required.
        attributes: Further columns of one value each, such as an activity level. Each must be there.
    """

    user_id: str = "user_id"
    attributes: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return (self.user_id, *self.attributes)


def field_text(row: Mapping[str, object], column: str) -> str:
    """The value of a column as text, stripped of spaces; empty if the row lacks the column.

    Raises:
        RowError: The value holds a NUL byte, is not UTF-8, or is too long.
    """
    value = row.get(column)
    text = "" if value is None else str(value)
    if "\x00" in text:
        raise RowError("NUL byte", f"column {column!r} holds a NUL byte")
    if "\ufffd" in text:
        raise RowError("wrong encoding", f"column {column!r} is not UTF-8, or not what data.encoding says")
    if len(text) > MAX_FIELD_CHARACTERS:
        raise RowError(
            "huge field", f"column {column!r} holds {len(text)} characters, more than {MAX_FIELD_CHARACTERS}"
        )
    return text.strip()


def _plain_text(row: Mapping[str, object], column: str) -> str:
    """The same as `field_text`, but without its checks."""
    value = row.get(column)
    return "" if value is None else str(value).strip()


def _text_reader(row: Mapping[str, object]) -> Callable[[Mapping[str, object], str], str]:
    """Chooses how to read the fields of a row: with checks only if some value of the row could fail them.

    One check of the whole row is faster than one check for each field, and hardly any row fails.
    """
    text = "".join(map(str, row.values()))
    if "\x00" in text or "\ufffd" in text or len(text) > MAX_FIELD_CHARACTERS:
        return field_text
    return _plain_text


def _timestamp_ms(text: str, column: str, unit: str, now_ms: int) -> int:
    unit_name, scale = _TIME_UNITS[unit]
    if len(text) < _LONG_NUMBER and text.isascii() and text.isdigit():
        milliseconds = int(text) * scale
        if milliseconds <= now_ms:
            return milliseconds
    try:
        number = float(text)
        if not math.isfinite(number):
            raise RowError("unparsable time", f"column {column!r} holds {text[:40]!r}")
        milliseconds = int(text) * scale if text.lstrip("+-").isdigit() else int(number * scale)
    except ValueError as error:
        if isinstance(error, RowError):
            raise
        try:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise RowError(
                "unparsable time",
                f"column {column!r} holds {text[:40]!r}; give {unit_name} since 1970 or ISO 8601",
            ) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        milliseconds = round(moment.timestamp() * 1000)
    if milliseconds < 0:
        raise RowError("negative time", f"column {column!r} holds {text[:40]!r}, before 1970")
    if milliseconds > now_ms:
        raise RowError(
            "future time",
            f"column {column!r} holds {text[:40]!r}, after now; does it count {unit_name}, "
            "as data.columns.time_unit says?",
        )
    return milliseconds


def event_from_row(row: Mapping[str, object], columns: EventColumns, now_ms: int) -> Event:
    """Reads one event.

    Args:
        row: Column name to value. Bytes that are not UTF-8 appear as U+FFFD.
        columns: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.

    Raises:
        RowError: The row cannot be used. The message says why.
    """
    text = _text_reader(row)
    user_id = text(row, columns.user_id)
    if not user_id:
        raise RowError("missing user", f"column {columns.user_id!r} is empty")
    timestamp_ms = _timestamp_ms(text(row, columns.timestamp), columns.timestamp, columns.time_unit, now_ms)
    query = text(row, columns.query)
    if columns.surface:
        name = text(row, columns.surface)
        if name not in _SURFACES:
            raise RowError(
                "unknown surface", f"column {columns.surface!r} holds {name[:40]!r}; give {' or '.join(_SURFACES)}"
            )
        surface = _SURFACES[name]
    else:
        surface = Surface.SEARCH if query else Surface.RECOMMENDATION
    item_id = text(row, columns.item_id)
    if not item_id and surface is not _SEARCH:
        raise RowError("missing item", f"column {columns.item_id!r} is empty on a recommendation event")
    check_id(user_id, columns.user_id)
    check_id(item_id, columns.item_id)
    label = text(row, columns.label) or "1"
    if label not in ("0", "1"):
        raise RowError("unknown label", f"column {columns.label!r} holds {label[:40]!r}; give 0 or 1")
    return Event(
        user_id=user_id,
        timestamp_ms=timestamp_ms,
        surface=surface,
        query=query if surface is _SEARCH else "",
        session_id=text(row, columns.session_id) if surface is _SEARCH else "",
        item_id=item_id,
        label=int(label),
        context={name: text(row, name) for name in columns.context},
    )


def item_from_row(row: Mapping[str, object], columns: ItemColumns) -> Item:
    """Reads one item; raises RowError if the row cannot be used."""
    item_id = field_text(row, columns.item_id)
    if not item_id:
        raise RowError("missing item", f"column {columns.item_id!r} is empty")
    check_id(item_id, columns.item_id)
    categories = field_text(row, columns.categories)
    return Item(
        item_id=item_id,
        title=field_text(row, columns.title),
        categories=tuple(name.strip() for name in categories.split(CATEGORY_SEPARATOR) if name.strip()),
        attributes={name: field_text(row, name) for name in columns.attributes},
    )


def user_from_row(row: Mapping[str, object], columns: UserColumns) -> User:
    """Reads one user; raises RowError if the row cannot be used."""
    user_id = field_text(row, columns.user_id)
    if not user_id:
        raise RowError("missing user", f"column {columns.user_id!r} is empty")
    check_id(user_id, columns.user_id)
    return User(user_id, {name: field_text(row, name) for name in columns.attributes})
