"""A row as a file holds it, and from the rows of a file to what they say."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from components.raw_files.refusal import Reject


@dataclass(frozen=True)
class Row:
    """One row of a file.

    Attributes:
        line: Its line, the first line of the file being 1 (in Parquet: its row, from 1).
        values: Column name to value. Bytes of a text file that were not UTF-8 stand as U+FFFD.
    """

    line: int
    values: Mapping[str, object]


def plain_value(column: str, value: object) -> object:
    """Turns a value of a typed format (JSON, Parquet) into what a text file would hold.

    Whole floats lose their point, because ids become floats wherever a column has gaps; NaN counts as empty, and a list
    of names is joined as categories are.

    Raises:
        RowError: The value is nested, or text that cannot be written as UTF-8.
    """
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and not _is_unicode(value):
        raise RowError("wrong encoding", f"column {column!r} holds half a surrogate pair")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return CATEGORY_SEPARATOR.join(str(each) for each in value)
    if isinstance(value, (dict, list)):
        raise RowError("nested value", f"column {column!r} holds a nested value; give text or a number")
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


Record = TypeVar("Record")
CATEGORY_SEPARATOR = "|"
"""Between the names of a category path, broad to narrow."""


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
