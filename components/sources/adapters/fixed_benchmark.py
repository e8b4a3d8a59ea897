"""Reads benchmark folders that come with their own splits and candidates, so that scores can be compared.

A folder holds tab-separated files, gzipped or not:

* `events.tsv`: user_id, position (of the event among its user's events, from 0), timestamp (seconds since 1970), kind
  (`search` or `recommendation`), item_id, query, split (`train`, `validation` or `test`);
* `items.tsv`: item_id and further columns (`data.item_columns`);
* `candidates_<kind>_<split>.tsv` for each kind and for validation and test: user_id, position (of the event to
  predict), positive, negatives (separated by spaces). Items are row numbers of `items.tsv`, from 0.

An event's history consists of all events of its user at smaller positions. Each search is its own session.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import RowError, records
from components.raw_files.row_files import read_rows
from components.sources.candidate_row import FixedCandidates
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, event_from_row
from components.sources.event_time import SECONDS
from components.sources.source_files import FilePattern, SourceFiles
from schemas.canonical_event import Event, Surface
from schemas.features import BEHAVIOUR_SPLITS, TEST_SPLIT, VALIDATION_SPLIT

_COLUMNS: Final = EventColumns(timestamp="timestamp", time_unit=SECONDS, surface="kind", session_id="", label="")
_POSITION = "position"
_SPLIT = "split"
_POSITIVE = "positive"
_NEGATIVES = "negatives"
_EVALUATION = tuple(
    (f"candidates_{surface.value}_{split}.tsv", surface, split)
    for surface in Surface
    for split in (VALIDATION_SPLIT, TEST_SPLIT)
)


def source_files(config: DataConfig) -> SourceFiles:
    """The files of the folder that `data.events` names."""
    folder = config.located(config.events).rstrip("/")
    return SourceFiles(
        events=(FilePattern(f"{folder}/events.tsv*", "data.events"),),
        items=(FilePattern(f"{folder}/items.tsv*", "data.events"),),
        candidates=tuple(f"{folder}/{name}*" for name, _, _ in _EVALUATION),
    )


def read_events(path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the events of a file; see `adapters.event_tables.read_events`."""
    items = set(_item_ids(config))
    rows = read_rows(path, (*_COLUMNS.required, _COLUMNS.query, _POSITION, _SPLIT), "")
    return records(path, rows, lambda row: _event(row, items, now_ms))


def read_candidates(path: str, config: DataConfig) -> Iterator[tuple[int, FixedCandidates]]:
    """Reads the evaluation examples of a file.

    A row that cannot be used fails the file, because a benchmark without some of its rows is another benchmark.

    Args:
        path: A file of candidates. Its name says which surface and split it is for.
        config: `evaluation_negatives` says how many negatives each row has.

    Yields:
        Each evaluation example with its line.

    Raises:
        DataError: The file, or a row of it, cannot be used.
    """
    (surface, split), *_ = ((each[1], each[2]) for each in _EVALUATION if each[0] in path.rsplit("/", 1)[-1])
    items = _item_ids(config)
    for row in read_rows(path, (_COLUMNS.user_id, _POSITION, _POSITIVE, _NEGATIVES), ""):
        if isinstance(row, Reject):
            raise DataError(str(row))
        where = f"{path}:{row.line}"
        try:
            user_id, position = str(row.values[_COLUMNS.user_id]).strip(), _whole(row.values, _POSITION)
            (positive,) = _items(row.values, _POSITIVE, items, 1)
            negatives = _items(row.values, _NEGATIVES, items, config.evaluation_negatives)
        except RowError as error:
            raise DataError(f"{where}: {error}") from None
        if len({positive, *negatives}) != 1 + len(negatives):
            raise DataError(f"{where}: an item occurs twice among positive and negatives. Name each item once.")
        yield row.line, FixedCandidates(where, user_id, position, surface, split, positive, negatives)


def _event(row: Mapping[str, object], items: set[str], now_ms: int) -> Event:
    event = event_from_row(row, _COLUMNS, now_ms)
    split = str(row[_SPLIT]).strip()
    if split not in BEHAVIOUR_SPLITS:
        known = ", ".join(BEHAVIOUR_SPLITS)
        raise RowError("unknown split", f"column {_SPLIT!r} holds {split[:40]!r}; give one of {known}")
    if not event.item_id:
        raise RowError("missing item", f"column {_COLUMNS.item_id!r} is empty")
    if event.item_id not in items:
        raise RowError(
            "unknown item", f"column {_COLUMNS.item_id!r} holds {event.item_id[:40]!r}, which items.tsv does not have"
        )
    return dataclasses.replace(event, position=_whole(row, _POSITION), split=split)


def _whole(row: Mapping[str, object], column: str) -> int:
    text = str(row[column]).strip()
    if not text.isdecimal():
        raise RowError("no number", f"column {column!r} holds {text[:40]!r}; give a whole number from 0")
    return int(text)


def _items(row: Mapping[str, object], column: str, items: Sequence[str], count: int) -> tuple[str, ...]:
    numbers = str(row[column]).split()
    if len(numbers) != count:
        wanted = "one" if column == _POSITIVE else f"{count}, as data.evaluation_negatives says"
        raise RowError("wrong number of items", f"column {column!r} holds {len(numbers)}; give {wanted}")
    for number in numbers:
        if not number.isdecimal() or int(number) >= len(items):
            raise RowError(
                "unknown item",
                f"column {column!r} holds {number[:40]!r}; items are row numbers of items.tsv, 0 to {len(items) - 1}",
            )
    return tuple(items[int(number)] for number in numbers)


def _item_ids(config: DataConfig) -> list[str]:
    """The item id of each row of `items.tsv`."""
    column = config.item_columns.item_id
    ids = []
    for path in source_files(config).item_files:
        for row in read_rows(path, (column,), "data.item_columns"):
            if isinstance(row, Reject):
                raise DataError(f"{row}. Mend it: without this row, the numbers of all later rows would shift.")
            ids.append(str(row.values[column]).strip())
    return ids
