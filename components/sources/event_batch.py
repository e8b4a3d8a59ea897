"""Many events at once, as columns: made of columns of text wherever no row among them needs a word of its own.

Working on a column takes a fraction of the time of working on a row: what a value means is found out once for each
different value. `event_rows.event_from_row` says what that is; here are only the rows for which it has nothing to say.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final

from components.raw_files.row import RecordBatch, RowError
from components.sources.event_rows import (
    MAX_FIELD_CHARACTERS,
    EventColumns,
    RowRules,
    label_of,
    place_of,
    time_of,
    weight_of,
)
from components.sources.event_time import UNITS
from components.sources.id_text import check_id
from schemas.canonical_event import Event, Surface

_SEARCH: Final = Surface.SEARCH
_FEED: Final = Surface.RECOMMENDATION
_FLOAT_END: Final = ".0"
_INT64_DIGITS: Final = 18
_DEFAULTS: Final = Event("", 0, _FEED)


@dataclass(frozen=True)
class EventBatch(RecordBatch):
    """Events of consecutive rows. Each attribute is a column of the field of that name in `Event`, of one length."""

    user_id: Sequence[str]
    timestamp_ms: Sequence[int]
    surface: Sequence[Surface]
    query: Sequence[str]
    session_id: Sequence[str]
    item_id: Sequence[str]
    label: Sequence[int]
    context: Sequence[Mapping[str, str]]
    weight: Sequence[float]
    place: Sequence[int]

    def __len__(self) -> int:
        """The number of events."""
        return len(self.user_id)

    def columns(self) -> tuple[Sequence[Any], ...]:
        """A column for each field of `Event`, in the order of its fields."""
        size = len(self)
        return (
            *(self.user_id, self.timestamp_ms, self.surface, self.query, self.session_id, self.item_id, self.label),
            self.context,
            *([default] * size for default in (_DEFAULTS.position, _DEFAULTS.split, _DEFAULTS.element)),
            self.weight,
            self.place,
        )


class _NotTidy(Exception):
    """Some row is refused, left out or converted."""


def events_of_columns(
    columns: Mapping[str, Sequence[str]], named: EventColumns, now_ms: int, rules: RowRules
) -> EventBatch | None:
    """Makes the events that `event_from_row` makes of each row.

    Args:
        columns: Column name to the values of all rows.
        named: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970.
        rules: What the values mean.

    Returns:
        The events of all rows; None if some row is refused, left out or converted, so that each has to be looked at.
    """
    try:
        return _events(_Texts(columns), named, now_ms, rules)
    except (_NotTidy, RowError):
        rules.converted.clear()
        return None


class _Texts:
    """Columns of text, each stripped of spaces and checked when it is asked for."""

    def __init__(self, columns: Mapping[str, Sequence[str]]):
        self._columns = columns
        self._size = len(next(iter(columns.values())))

    def __len__(self) -> int:
        return self._size

    def __call__(self, column: str) -> list[str]:
        values = self._columns.get(column)
        if values is None:
            return [""] * self._size
        text = "".join(values)
        if "\x00" in text or "\ufffd" in text or max(map(len, values)) > MAX_FIELD_CHARACTERS:
            raise _NotTidy
        return list(map(str.strip, values))


def _events(texts: _Texts, named: EventColumns, now_ms: int, rules: RowRules) -> EventBatch:
    queries = _mapped(texts(named.query), rules.known)
    surfaces = _surfaces(texts, named, queries)
    are_searches = [surface is _SEARCH for surface in surfaces]
    some, all_searches = any(are_searches), all(are_searches)
    users, items = (_ids(texts(column), column, rules) for column in (named.user_id, named.item_id))
    if "" in users or not all(map(operator.or_, map(bool, items), are_searches)):
        raise _NotTidy
    labels = _mapped(texts(named.label), lambda text: _label(text, named, rules))
    sessions = _only(are_searches, _ids(texts(named.session_id), "", rules)) if some else [""] * len(texts)
    weights = [_DEFAULTS.weight] * len(texts)
    if named.weight:
        weights = [
            weight_of(text, named, rules) if label and item else _DEFAULTS.weight
            for text, label, item in zip(texts(named.weight), labels, items, strict=True)
        ]
    places = [_DEFAULTS.place] * len(texts)
    if named.place:
        found = _mapped(texts(named.place), lambda text: place_of(text, named, rules))
        places = [place if item else _DEFAULTS.place for place, item in zip(found, items, strict=True)]
    contexts: list[Mapping[str, str]] = [{}] * len(texts)
    if named.context:
        values = [_mapped(texts(name), rules.known) for name in named.context]
        contexts = [dict(zip(named.context, each, strict=True)) for each in zip(*values, strict=True)]
    if rules.converted:
        raise _NotTidy
    return EventBatch(
        user_id=users,
        timestamp_ms=_times(texts(named.timestamp), named, rules, now_ms),
        surface=surfaces,
        query=queries if all_searches else _only(are_searches, queries),
        session_id=sessions,
        item_id=items,
        label=labels,
        context=contexts,
        weight=weights,
        place=places,
    )


def _mapped(values: Sequence[str], meaning: Callable[[str], Any]) -> list[Any]:
    """What each value means, found out once for each different one."""
    found = {value: meaning(value) for value in {*values}}
    return list(map(found.__getitem__, values))


def _only(chosen: Iterable[bool], values: Sequence[str]) -> list[str]:
    return [value if is_chosen else "" for is_chosen, value in zip(chosen, values, strict=True)]


def _surfaces(texts: _Texts, named: EventColumns, queries: Sequence[str]) -> list[Surface]:
    if not named.surface:
        return [_SEARCH if query else _FEED for query in queries]
    names = texts(named.surface)
    if not {*names} <= named.surface_of.keys():
        raise _NotTidy
    return list(map(named.surface_of.__getitem__, names))


def _ids(values: list[str], column: str, rules: RowRules) -> list[str]:
    different = {*values}
    if any(each[-2:] == _FLOAT_END for each in different):
        raise _NotTidy
    if column:
        for each in different:
            check_id(each, column)
    return values if rules.null_markers.isdisjoint(different) else [rules.known(each) for each in values]


def _label(text: str, named: EventColumns, rules: RowRules) -> int:
    if named.label_values and text not in named.label_values:
        raise _NotTidy
    return label_of(text, named, rules)


def _times(values: Sequence[str], named: EventColumns, rules: RowRules, now_ms: int) -> list[int]:
    digits = "".join(values)
    if digits.isascii() and digits.isdigit() and all(values) and max(map(len, values)) <= _INT64_DIGITS:
        unit = UNITS[named.time_unit]
        times = list(map(int, values))
        if unit.milliseconds != 1 or unit.in_a_millisecond != 1:
            times = [each * unit.milliseconds // unit.in_a_millisecond for each in times]
        if min(times) < rules.earliest_ms or max(times) > now_ms:
            raise _NotTidy
        return times
    return list(map(time_of, values, repeat(named), repeat(rules), repeat(now_ms)))


def events_of_batch(batch: EventBatch) -> Iterator[Event]:
    """The same events, one by one."""
    return map(Event, *batch.columns())
