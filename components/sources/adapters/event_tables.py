"""The generic adapter: the configuration names the columns. Each row is one item, one user, or one event.

With `data.columns.lists`, each element of a row's lists is an event. A search none of whose items was engaged then
yields one more event, which has no item; so does a search with an empty list.
"""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar, cast

from components.raw_files.file_format import FileFormat
from components.raw_files.file_parts import FilePart
from components.raw_files.refusal import Converted, Reject
from components.raw_files.row import Row, RowBatch, RowError, records
from components.raw_files.row_files import parts_of, read_row_batches, read_rows
from components.sources.data_config import DataConfig
from components.sources.event_batch import EventBatch, events_of_columns
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
    log = _Log.of(path, config)
    rows = read_rows(path, log.required, log.setting, log.form, log.optional, log.columns.lists, part)
    return _events(path, rows, log, now_ms)


def read_event_batches(
    path: str, config: DataConfig, now_ms: int, part: FilePart | None = None
) -> Iterator[tuple[int, Event | EventBatch] | Reject]:
    """Reads the same events as `read_events`, in a fraction of the time: many at once wherever no row is refused.

    Args:
        path: A CSV or TSV file; of others, each event is read by itself.
        config: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        part: The part to read, one of `event_parts`; None for all.

    Yields:
        (line, event), (first line, events) or a Reject, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    log = _Log.of(path, config)
    if log.columns.lists:
        yield from read_events(path, config, now_ms, part)
        return
    found = read_row_batches(path, log.required, log.setting, log.form, log.optional, part)
    for are_batches, group in itertools.groupby(found, lambda each: isinstance(each, RowBatch)):
        if not are_batches:
            yield from _events(path, cast(Iterator[Row | Reject], group), log, now_ms)
            continue
        for batch in cast(Iterator[RowBatch], group):
            told = {name: [str(value)] * len(batch) for name, value in log.told.items()}
            events = events_of_columns({**batch.columns, **told}, log.columns, now_ms, log.rules)
            if events is None:
                yield from _events(path, batch.rows(), log, now_ms)
            else:
                yield batch.line, events


@dataclasses.dataclass(frozen=True)
class _Log:
    """How the events of a file are read.

    Attributes:
        setting: The setting that maps its columns.
        form: How it is written.
        columns: Which column holds which field.
        told: The values of columns that no file has.
        rules: What the values mean.
    """

    setting: str
    form: FileFormat
    columns: EventColumns
    told: dict[str, object]
    rules: RowRules

    @classmethod
    def of(cls, path: str, config: DataConfig) -> "_Log":
        """How the configuration says that a file is read."""
        section, source = config.event_source_of(path)
        columns = source.columns
        told: dict[str, object] = {}
        if source.surface:
            columns, told = (
                dataclasses.replace(columns, surface=_SURFACE, surface_values={}),
                {_SURFACE: source.surface},
            )
        if source.label is not None:
            columns, told = dataclasses.replace(columns, label=_LABEL, label_values={}), {**told, _LABEL: source.label}
        rules = dataclasses.replace(config.row_rules, section=section)
        return cls(f"{section}columns", source.form, columns, told, rules)

    @property
    def required(self) -> list[str]:
        return [name for name in self.columns.required if name != _SURFACE]

    @property
    def optional(self) -> list[str]:
        return [name for name in self.columns.named if name not in self.told and not list_of(name, self.columns.lists)]


def _events(path: str, rows: Iterator[Row | Reject], log: _Log, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    columns, rules, told = log.columns, log.rules, log.told
    if told:
        rows = (row if isinstance(row, Reject) else Row(row.line, {**row.values, **told}) for row in rows)
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
            if columns.list_order and event.item_id:
                event = dataclasses.replace(event, place=place + 1)
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
