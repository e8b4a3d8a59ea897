"""Turns a row that holds lists, such as the results of a search, into a row for each element."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from components.raw_files.row import CATEGORY_SEPARATOR, RowError, plain_value
from components.raw_files.wanted_columns import value_at

_STEP: Final = "."


def list_of(name: str, lists: Sequence[str]) -> str:
    """The list that a column is, or is within; empty if it is outside of all lists."""
    return next((each for each in lists if name == each or name.startswith(each + _STEP)), "")


def row_elements(row: Mapping[str, object], lists: Sequence[str], names: Iterable[str]) -> list[Mapping[str, object]]:
    """Makes a row for each element: what is within the lists, and what stands beside them.

    A list may be text: JSON, or values that are joined by vertical bars. Something that is no list is a list of one.

    Args:
        row: The values of the row. In it, the columns in `lists` hold lists.
        lists: The columns that hold lists. They are read side by side.
        names: Columns to take out of each element: `results` is the element itself, `results.id` a field of it.

    Raises:
        RowError: The lists differ in length, or an element is not what is wanted of it.
    """
    found = {each: _list(each, row.get(each)) for each in lists}
    lengths = {name: len(values) for name, values in found.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"column {name!r} holds {length}" for name, length in lengths.items())
        raise RowError("lists of unequal length", f"{told} elements")
    beside = outside(row, lists)
    inside = [(name, list_of(name, lists)) for name in names if list_of(name, lists)]
    return [
        {**beside, **{name: _field(name, of, found[of][place], place + 1) for name, of in inside}}
        for place in range(lengths[lists[0]])
    ]


def outside(row: Mapping[str, object], lists: Sequence[str]) -> dict[str, object]:
    """The values of a row that stand beside its lists."""
    return {name: value for name, value in row.items() if not list_of(name, lists)}


def _list(name: str, value: object) -> list[object]:
    if value is None or isinstance(value, list):
        return value or []
    if not isinstance(value, str):
        return [value]
    text = value.strip()
    if not text.startswith("["):
        return list(text.split(CATEGORY_SEPARATOR)) if text else []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RowError("no list", f"column {name!r} holds {text[:40]!r}, which is no JSON: {error}") from None
    assert isinstance(found, list), "it starts with a bracket"
    return found


def _field(name: str, of: str, element: object, number: int) -> object:
    if name == of:
        return plain_value(f"{name}[{number}]", element)
    if not isinstance(element, Mapping):
        raise RowError("no object", f"element {number} of column {of!r} is {str(element)[:40]!r}; it has no {name!r}")
    return plain_value(name, value_at(element, name[len(of) + 1 :]))
