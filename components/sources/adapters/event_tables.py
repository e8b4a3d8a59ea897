"""The generic adapter: the configuration names the columns. Each row is one item, one user, or one event.

With `data.columns.lists`, each element of a row's lists is an event. A search none of whose items was engaged then
yields one more event, which has no item; so does a search with an empty list.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from components.raw_files.file_parts import FilePart
from components.raw_files.refusal import Converted, Reject
from components.raw_files.row import Row, RowError, records
from components.raw_files.row_files import parts_of, read_rows
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, RowRules, event_from_row, item_from_row, user_from_row
from components.sources.row_elements import list_of, outside, row_elements
from schemas.canonical_event import Event, Item, User

Found = TypeVar("Found", bound=tuple[int, Any] | Reject)
_SURFACE: Final = "surface, as the source says"
_LABEL: Final = "label, as the source says"
"""Columns that no file has, for what a source says of all its events."""


def read_events(
    path: str, config: DataConfig, now_ms: int, part: FilePart | None = None
) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the events of a file.

    Args:
        path: A CSV, TSV, JSON or Parquet file.
        config: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        part: The part to read, one of `event_parts`; None for all.

    Yields:
        (line, event) or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    section, source = config.event_source_of(path)
    columns = source.columns
    told: dict[str, object] = {}
    if source.surface:
        columns, told = dataclasses.replace(columns, surface=_SURFACE, surface_values={}), {_SURFACE: source.surface}
    if source.label is not None:
        columns, told = dataclasses.replace(columns, label=_LABEL, label_values={}), {**told, _LABEL: source.label}
    required = [name for name in columns.required if name != _SURFACE]
    optional = [name for name in columns.named if name not in told and not list_of(name, columns.lists)]
    rows = read_rows(path, required, f"{section}columns", source.form, optional, columns.lists, part)
    if told:
        rows = (row if isinstance(row, Reject) else Row(row.line, {**row.values, **told}) for row in rows)
    rules = dataclasses.replace(config.row_rules, section=section)
    if columns.lists:
        found = _events_of_lists(path, rows, columns, now_ms, rules)
    else:
        found = records(path, rows, lambda row: event_from_row(row, columns, now_ms, rules))
    return _with_conversions(path, found, rules)


def event_parts(path: str, config: DataConfig) -> list[FilePart]:
    """Divides a large file of events; no part if it has to be read as a whole.

    Raises:
        DataError: The file cannot be opened.
    """
    section, source = config.event_source_of(path)
    return parts_of(path, f"{section}columns", source.form)


def read_items(path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
    """Reads the items of a file, like `read_events`."""
    section, source = config.item_source_of(path)
    columns = source.item_columns
    optional = (columns.title, columns.categories)
    rows = read_rows(path, columns.required, f"{section}item_columns", source.item_files, optional, columns.lists)
    rules = config.row_rules
    found = records(path, rows, lambda row: item_from_row(row, columns, rules))
    return _with_conversions(path, _with_equal_vectors(path, found, columns.vectors), rules)


def read_users(path: str, config: DataConfig) -> Iterator[tuple[int, User] | Reject]:
    """Reads the users of a file, like `read_events`."""
    section, source = config.user_source_of(path)
    columns = source.user_columns
    rows = read_rows(path, columns.required, f"{section}user_columns", source.user_files, ())
    rules = config.row_rules
    found = records(path, rows, lambda row: user_from_row(row, columns, rules))
    return _with_conversions(path, found, rules)


def _with_equal_vectors(
    path: str, found: Iterator[tuple[int, Item] | Reject], column: str
) -> Iterator[tuple[int, Item] | Reject]:
    """Refuses rows whose vector is not as long as the first one of the file."""
    first = (0, 0)
    for each in found:
        if not isinstance(each, Reject) and each[1].vector:
            place = each[0], len(each[1].vector)
            first = first if first[0] else place
            if place[1] != first[1]:
                detail = (
                    f"column {column!r} holds {place[1]} numbers, in line {first[0]} it holds {first[1]}; all vectors "
                    "of data.item_columns.vectors are equally long. Mend it, or leave it empty"
                )
                yield Reject(path, place[0], "vector of another length", detail)
                continue
        yield each


def _events_of_lists(
    path: str, rows: Iterable[Row | Reject], columns: EventColumns, now_ms: int, rules: RowRules
) -> Iterator[tuple[int, Event] | Reject]:
    whole = dataclasses.replace(columns, label_values={})
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        try:
            elements = row_elements(row.values, columns.lists, columns.named)
        except RowError as error:
            yield Reject(path, row.line, error.reason, error.detail)
            continue
        is_without_a_click = True
        for place, element in enumerate(elements):
            try:
                event = event_from_row(element, columns, now_ms, rules)
            except RowError as error:
                is_without_a_click = False  # It may be the one that was clicked.
                yield Reject(path, row.line, error.reason, f"element {place + 1}: {error.detail}", error.as_told)
                continue
            is_without_a_click = is_without_a_click and not event.is_target
            yield row.line, dataclasses.replace(event, element=place)
        if not is_without_a_click:
            continue
        # The time may stand within the list.
        search = dict(elements[-1]) if elements else outside(row.values, columns.lists)
        search[columns.item_id] = search[columns.label] = None
        try:
            event = event_from_row(search, whole, now_ms, rules)
        except RowError as error:
            if not elements:
                yield Reject(path, row.line, error.reason, error.detail, error.as_told)
        else:
            yield row.line, dataclasses.replace(event, element=len(elements))


def _with_conversions(path: str, found: Iterator[Found], rules: RowRules) -> Iterator[Found | Reject]:
    """Says after each row what was converted in it."""
    for each in found:
        yield each
        if rules.converted:
            line = each.line if isinstance(each, Reject) else each[0]
            for reason, count in Counter(reason for reason, _ in rules.converted).items():
                example = next(detail for one, detail in rules.converted if one == reason)
                yield Converted(path, line, reason, example, times=count)
            rules.converted.clear()
