"""The generic adapter: each row is one event, item or user, and the configuration names the columns."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeVar

from components.raw_files.refusal import Converted, Reject
from components.raw_files.row import records
from components.raw_files.row_files import read_rows
from components.sources.data_config import DataConfig
from components.sources.event_rows import RowRules, event_from_row, item_from_row, user_from_row
from schemas.canonical_event import Event, Item, User

Found = TypeVar("Found", bound=tuple[int, Any] | Reject)


def read_events(path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the events of a file.

    Args:
        path: A CSV, TSV, JSON-lines or Parquet file.
        config: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.

    Yields:
        (line, event) or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    rows = read_rows(path, config.columns.required, "data.columns")
    rules = config.row_rules
    found = records(path, rows, lambda row: event_from_row(row, config.columns, now_ms, rules))
    return _with_conversions(path, found, rules)


def read_items(path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
    """Reads the items of a file, like `read_events`."""
    rows = read_rows(path, config.item_columns.required, "data.item_columns")
    rules = config.row_rules
    found = records(path, rows, lambda row: item_from_row(row, config.item_columns, rules))
    return _with_conversions(path, found, rules)


def read_users(path: str, config: DataConfig) -> Iterator[tuple[int, User] | Reject]:
    """Reads the users of a file, like `read_events`."""
    rows = read_rows(path, config.user_columns.required, "data.user_columns")
    rules = config.row_rules
    found = records(path, rows, lambda row: user_from_row(row, config.user_columns, rules))
    return _with_conversions(path, found, rules)


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
