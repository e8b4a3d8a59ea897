"""A row of a file, and the step from a file's rows to records, which refuses rows that cannot be used."""

import abc
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from components.raw_files.refusal import Reject

CATEGORY_SEPARATOR = "|"
"""Separates the names of a category path, broad to narrow, where no setting says otherwise."""


@dataclass(frozen=True)
class Row:
    """One row of a file.

    Attributes:
        line: Its line number, from 1; in Parquet, its row number, from 1.
        values: Column name to value. Bytes of a text file that are not UTF-8 appear as U+FFFD.
    """

    line: int
    values: Mapping[str, object]


@dataclass(frozen=True)
class RowBatch:
    """Consecutive rows of a text file, one line each, as columns.

    Attributes:
        line: The line number of the first row, from 1.
        columns: Column name to the values of all rows, equally many for each column.
    """

    line: int
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))

    def rows(self) -> Iterator[Row]:
        """The same rows, one by one."""
        for line, values in enumerate(zip(*self.columns.values(), strict=True), start=self.line):
            yield Row(line, dict(zip(self.columns, values, strict=True)))


class NameList(str):
    """A list of names of a typed format, as the text in which a text file would hold it.

    Attributes:
        names: The names, which may hold the separator themselves.
    """

    names: tuple[str, ...]

    def __new__(cls, values: Iterable[object]) -> "NameList":
        """Joins the names like a category path."""
        names = tuple(str(each) for each in values)
        text = super().__new__(cls, CATEGORY_SEPARATOR.join(names))
        text.names = names
        return text


def plain_value(column: str, value: object) -> object:
    """Turns a value of a typed format (JSON, Parquet) into what a text file would hold.

    A whole float or decimal becomes an integer, because ids turn into floats if their column has gaps, and warehouses
    export whole numbers as decimals. NaN counts as empty. A list of names is joined like a category path.

    Raises:
        RowError: The value is nested, or it is text that cannot be encoded as UTF-8.
    """
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and not _is_unicode(value):
        raise RowError("wrong encoding", f"column {column!r} holds half a surrogate pair")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return NameList(value)
    if isinstance(value, (dict, list)):
        raise RowError(
            "nested value", f"column {column!r} holds a nested value; give text or a number, or the path of one in it"
        )
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class RecordBatch(abc.ABC):
    """What a reader makes of many consecutive rows at once, in place of so many records."""

    @abc.abstractmethod
    def __len__(self) -> int:
        """The number of records."""


Record = TypeVar("Record")


class RowError(ValueError):
    """A row cannot be used.

    Attributes:
        reason: A short fixed name, such as `missing user`. Rejects are counted by reason.
        detail: What was found, and what was expected.
        as_told: Whether the configuration says to leave such rows out.
    """

    def __init__(self, reason: str, detail: str, as_told: bool = False):
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.as_told = as_told


def records(
    path: str, rows: Iterable[Row | Reject], read_row: Callable[[Mapping[str, object]], Record]
) -> Iterator[tuple[int, Record] | Reject]:
    """Turns each row into a record. A row that cannot be used becomes a reject in the same place.

    Args:
        path: The file, named in rejects.
        rows: Its rows.
        read_row: Makes a record from a row's values, or raises RowError.

    Yields:
        (line, record) or a Reject for each row, in the rows' order.
    """
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        try:
            yield row.line, read_row(row.values)
        except RowError as error:
            yield Reject(path, row.line, error.reason, error.detail, error.as_told)
