"""From the rows of a file to what they say."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from components.raw_files.refusal import Reject
from components.raw_files.row import Row
from schemas.event_rows import RowError

Record = TypeVar("Record")


def records(
    path: str, rows: Iterable[Row | Reject], read_row: Callable[[Mapping[str, object]], Record]
) -> Iterator[tuple[int, Record] | Reject]:
    """Reads each row; one that cannot be used becomes a reject in its place.

    Args:
        path: The file, named in rejects.
        rows: Its rows.
        read_row: Makes a record of a row's values, or raises RowError.

    Yields:
        Each record with its line, or the reject that stands for it, in the rows' order.
    """
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        try:
            yield row.line, read_row(row.values)
        except RowError as error:
            yield Reject(path, row.line, error.reason, error.detail)
