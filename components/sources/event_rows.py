"""Turns rows of files into events, items and users, or says why a row cannot be used.

The adapters use it, on Beam and where the command line reads a user's history.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from components.raw_files.row import CATEGORY_SEPARATOR, RowError
from components.sources.event_time import MILLISECONDS, PLAUSIBLE_MS, UNITS, calendar_ms, day, number_ms, unit_hint
from schemas import context_values
from schemas.canonical_event import Event, Item, Surface, User

MAX_FIELD_CHARACTERS = 100_000
"""A longer value is refused, because it comes from a broken quote or delimiter."""
_SEARCH = Surface.SEARCH
_SURFACES = {surface.value: surface for surface in Surface}
_LONG_NUMBER = 30
"""A number of fewer digits than this may be a time: nanoseconds have 19."""


@dataclass(frozen=True)
class EventColumns:
    """Which column holds which field of an event.

    Attributes:
        user_id: The column of the user's id. Required.
        timestamp: The column of the time: a number since 1970, ISO 8601 or RFC 2822 (by `data.timezone` if it names
            no zone). Required.
        time_unit: What a number in the column `timestamp` counts: `s` (seconds), `ms` (milliseconds), `us`
            (microseconds) or `ns` (nanoseconds).
        surface: The column that says `recommendation` or `search`. If the column's name is empty, an event with a query
            is a search.
        query: The column of the typed query. May be missing from the file.
        session_id: The column of the search session that a click belongs to. May be missing from the file.
        item_id: The column of the item's id. Required.
        label: The column that says 1 (engaged) or 0 (only shown). May be missing from the file; then every event is an
            engagement.
        context: Further columns of the moment's context, such as the device. Each must be there.
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

    def __post_init__(self) -> None:
        """Refuses unknown units, and context names that have another meaning.

        Raises:
            ValueError: The message names the refused value.
        """
        context_values.check_names(self.context)
        if self.time_unit not in UNITS:
            raise ValueError(f"`time_unit` should be one of {', '.join(UNITS)}. Received: time_unit={self.time_unit!r}")

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return tuple(name for name in (self.user_id, self.timestamp, self.surface, self.item_id, *self.context) if name)


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


@dataclass(frozen=True)
class RowRules:
    """What the values of a row mean, whichever column they stand in.

    Attributes:
        earliest_ms: An earlier time is refused, because it comes from a wrong unit; in milliseconds since 1970.
        zone: The time zone of times that name none.
    """

    earliest_ms: int = 0
    zone: datetime.tzinfo = datetime.timezone.utc


_NO_RULES = RowRules()
_NOT_WRONG = "; empty data.earliest if the log is so old, or counts from another moment than 1970"


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
        raise RowError("wrong encoding", f"column {column!r} is not UTF-8")
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


def _timestamp_ms(text: str, columns: EventColumns, rules: RowRules, now_ms: int) -> int:
    unit = UNITS[columns.time_unit]
    if len(text) < _LONG_NUMBER and text.isascii() and text.isdigit():
        milliseconds = int(text) * unit.milliseconds // unit.in_a_millisecond
        if rules.earliest_ms <= milliseconds <= now_ms:
            return milliseconds
    moment = number_ms(text, unit)
    if moment is None:
        moment = calendar_ms(text, rules.zone)
    if moment is None:
        raise RowError(
            "unparsable time",
            f"column {columns.timestamp!r} holds {text[:40]!r}; give {unit.told} since 1970, ISO 8601 or RFC 2822",
        )
    if not max(rules.earliest_ms, 0) <= moment <= now_ms:
        raise _implausible_time(text, moment, columns, rules, now_ms)
    return moment


def _implausible_time(text: str, moment: int, columns: EventColumns, rules: RowRules, now_ms: int) -> RowError:
    holds, told = f"column {columns.timestamp!r} holds {text[:40]!r}", UNITS[columns.time_unit].told
    hint = unit_hint(text, columns.time_unit, max(rules.earliest_ms, PLAUSIBLE_MS), now_ms)
    if moment > now_ms:
        asked = f"does it count {told}, as data.columns.time_unit says?"
        return RowError("future time", f"{holds}, after now{hint or f'; {asked}'}")
    if moment < 0:
        return RowError("negative time", f"{holds}, before 1970")
    counted = f" if it counts {told}" if number_ms(text, UNITS[columns.time_unit]) is not None else ""
    earliest = f"before data.earliest = {day(rules.earliest_ms)}"
    return RowError("early time", f"{holds}, which is {day(moment)}{counted}, {earliest}{hint or _NOT_WRONG}")


def event_from_row(row: Mapping[str, object], columns: EventColumns, now_ms: int, rules: RowRules = _NO_RULES) -> Event:
    """Reads one event.

    Args:
        row: Column name to value. Bytes that are not UTF-8 appear as U+FFFD.
        columns: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        rules: What the values mean. By default, those of a layout that fixes the meaning of its times.

    Raises:
        RowError: The row cannot be used. The message says why.
    """
    text = _text_reader(row)
    user_id = text(row, columns.user_id)
    if not user_id:
        raise RowError("missing user", f"column {columns.user_id!r} is empty")
    timestamp_ms = _timestamp_ms(text(row, columns.timestamp), columns, rules, now_ms)
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
    return User(user_id, {name: field_text(row, name) for name in columns.attributes})
