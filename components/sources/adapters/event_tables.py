"""The generic adapter: each row is one event, item or user, and the configuration names the columns."""

from collections.abc import Iterator

from components.raw_files.refusal import Reject
from components.raw_files.row import records
from components.raw_files.row_files import read_rows
from components.sources.data_config import DataConfig
from components.sources.event_rows import event_from_row, item_from_row, user_from_row
from schemas.canonical_event import Event, Item, User


def read_events(path: str, config: DataConfig, now_ms: int) -> Iterator[tuple[int, Event] | Reject]:
    """Reads the events of a file.

    Args:
        path: A CSV, TSV, JSON or Parquet file.
        config: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.

    Yields:
        (line, event) or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    columns = config.columns
    optional = (columns.query, columns.session_id, columns.label)
    rows = read_rows(path, columns.required, "data.columns", config.event_format, optional)
    return records(path, rows, lambda row: event_from_row(row, columns, now_ms))


def read_items(path: str, config: DataConfig) -> Iterator[tuple[int, Item] | Reject]:
    """Reads the items of a file, like `read_events`."""
    columns = config.item_columns
    optional = (columns.title, columns.categories)
    rows = read_rows(path, columns.required, "data.item_columns", config.item_files, optional)
    return records(path, rows, lambda row: item_from_row(row, columns))


def read_users(path: str, config: DataConfig) -> Iterator[tuple[int, User] | Reject]:
    """Reads the users of a file, like `read_events`."""
    columns = config.user_columns
    rows = read_rows(path, columns.required, "data.user_columns", config.user_files, ())
    return records(path, rows, lambda row: user_from_row(row, columns))
