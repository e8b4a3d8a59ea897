"""Reads numbers, and lists of numbers, out of the values of a row."""

import re
from typing import Final

from components.raw_files.row import RowError

LARGEST: Final = 3.4028234663852886e38
"""The largest number that the examples can hold, which keep 32 bits."""
_BETWEEN: Final = re.compile(r"[\s,;|]+")
_SHOWN: Final = 40


def number_of(text: str, column: str, setting: str) -> float:
    """Reads one number.

    Args:
        text: The value; not empty.
        column: Its column, for error messages.
        setting: The setting that names the column, for error messages.

    Raises:
        RowError: It is no finite number.
    """
    number = _finite(text)
    if number is None:
        raise RowError(
            "no number",
            f"column {column!r} holds {text[:_SHOWN]!r}; {setting} needs numbers such as 12.5. Mend it, or name what "
            "stands for a missing number in data.null_markers",
        )
    return number


def vector_of(value: object, column: str) -> tuple[float, ...]:
    """Reads a content vector.

    Args:
        value: A list of numbers; or text that holds numbers with spaces, commas, semicolons or bars between them, with
            or without brackets around.
        column: Its column, for error messages.

    Returns:
        Its numbers; none if there are none.

    Raises:
        RowError: One of them is no finite number.
    """
    if isinstance(value, str):
        values: list[object] = [each for each in _BETWEEN.split(value.strip("[](){} \t")) if each]
    else:
        values = value if isinstance(value, list) else [value]
    numbers = tuple(map(_finite, values))
    if None in numbers:
        place = numbers.index(None)
        raise RowError(
            "no vector",
            f"number {place + 1} of {len(values)} in column {column!r} is {str(values[place])[:_SHOWN]!r}; "
            "data.item_columns.vectors needs finite numbers. Mend it, or leave the whole value empty",
        )
    return tuple(number for number in numbers if number is not None)


def _finite(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if abs(number) <= LARGEST else None  # Neither is NaN.
