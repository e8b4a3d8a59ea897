"""How events and items stand in rows of files: which column holds which field, and what makes a row unusable.

Used by the generic adapter on Beam and by whoever reads a user's history from the same files (`serving.cli`).
"""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.canonical_event import Event, Item, Surface

MAX_FIELD_CHARACTERS = 100_000
"""A longer value is refused: it is a broken quote or delimiter, not an id or a query."""
CATEGORY_SEPARATOR = "|"


@dataclass(frozen=True)
class EventColumns:
    """Which column holds which field of an event.

    Attributes:
        user_id: Required.
        timestamp: Required. Milliseconds since 1970 as a whole number, or ISO 8601 (UTC when it names no zone).
        surface: `recommendation` or `search`. An empty column name means: search where there is a query.
        query: May be missing from the file.
        session_id: May be missing from the file.
        item_id: Required.
        label: May be missing from the file; then every event is an engagement.
    """

    user_id: str = "user_id"
    timestamp: str = "timestamp_ms"
    surface: str = "surface"
    query: str = "query"
    session_id: str = "session_id"
    item_id: str = "item_id"
    label: str = "label"

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return tuple(name for name in (self.user_id, self.timestamp, self.surface, self.item_id) if name)


@dataclass(frozen=True)
class ItemColumns:
    """Which column holds which field of an item. `categories` are names joined by a vertical bar, broad to narrow."""

    item_id: str = "item_id"
    title: str = "title"
    categories: str = "categories"

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return (self.item_id,)


class RowError(ValueError):
    """A row that cannot be used.

    Attributes:
        reason: A short fixed name, such as `missing user`; rejects are counted by it.
        detail: What was found, and what would have been right.
    """

    def __init__(self, reason: str, detail: str):
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def _text(row: Mapping[str, object], column: str) -> str:
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


def _timestamp_ms(text: str, column: str, now_ms: int) -> int:
    try:
        number = float(text)
        if not math.isfinite(number):
            raise RowError("unparsable time", f"column {column!r} holds {text[:40]!r}")
        milliseconds = int(text) if text.lstrip("+-").isdigit() else int(number)
    except ValueError as error:
        if isinstance(error, RowError):
            raise
        try:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise RowError(
                "unparsable time",
                f"column {column!r} holds {text[:40]!r}; give milliseconds since 1970 or ISO 8601",
            ) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        milliseconds = round(moment.timestamp() * 1000)
    if milliseconds < 0:
        raise RowError("negative time", f"column {column!r} holds {text[:40]!r}, before 1970")
    if milliseconds > now_ms:
        raise RowError(
            "future time", f"column {column!r} holds {text[:40]!r}, after now; are these seconds or microseconds?"
        )
    return milliseconds


def event_from_row(row: Mapping[str, object], columns: EventColumns, now_ms: int) -> Event:
    """Reads one event.

    Args:
        row: Column name to value. Bytes that were not UTF-8 stand as U+FFFD.
        columns: Which column holds which field.
        now_ms: The time of reading, in milliseconds; later events are refused.

    Raises:
        RowError: The row cannot be used; it says why.
    """
    user_id = _text(row, columns.user_id)
    if not user_id:
        raise RowError("missing user", f"column {columns.user_id!r} is empty")
    timestamp_ms = _timestamp_ms(_text(row, columns.timestamp), columns.timestamp, now_ms)
    query = _text(row, columns.query)
    if columns.surface:
        name = _text(row, columns.surface)
        try:
            surface = Surface(name)
        except ValueError:
            raise RowError(
                "unknown surface",
                f"column {columns.surface!r} holds {name[:40]!r}; give {' or '.join(each.value for each in Surface)}",
            ) from None
    else:
        surface = Surface.SEARCH if query else Surface.RECOMMENDATION
    item_id = _text(row, columns.item_id)
    if not item_id and surface is Surface.RECOMMENDATION:
        raise RowError("missing item", f"column {columns.item_id!r} is empty on a recommendation event")
    label = _text(row, columns.label) or "1"
    if label not in ("0", "1"):
        raise RowError("unknown label", f"column {columns.label!r} holds {label[:40]!r}; give 0 or 1")
    return Event(
        user_id=user_id,
        timestamp_ms=timestamp_ms,
        surface=surface,
        query=query if surface is Surface.SEARCH else "",
        session_id=_text(row, columns.session_id) if surface is Surface.SEARCH else "",
        item_id=item_id,
        label=int(label),
    )


def item_from_row(row: Mapping[str, object], columns: ItemColumns) -> Item:
    """Reads one item; raises RowError where the row cannot be used."""
    item_id = _text(row, columns.item_id)
    if not item_id:
        raise RowError("missing item", f"column {columns.item_id!r} is empty")
    categories = _text(row, columns.categories)
    return Item(
        item_id=item_id,
        title=_text(row, columns.title),
        categories=tuple(name.strip() for name in categories.split(CATEGORY_SEPARATOR) if name.strip()),
    )
