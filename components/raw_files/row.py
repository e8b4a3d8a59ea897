"""A row as a file holds it, before anything is known about its meaning."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.event_rows import CATEGORY_SEPARATOR, RowError


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
