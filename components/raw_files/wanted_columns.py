"""WantedColumns: which columns of a file are read; and how a path finds a value within nested ones."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from components.raw_files.row import RowError, plain_value

_STEP = "."


@dataclass(frozen=True)
class WantedColumns:
    """Which columns of a file are read.

    A name such as `user.id` is a path: the field `id` within the nested column `user`. A column of this very name comes
    first.

    Attributes:
        required: The columns that a file must have.
        optional: The columns that are read if they are there. None: all that the file has.
        lists: Columns that keep their lists as they are. In other columns, a list becomes one text.
        setting: The setting that maps columns, for error messages; empty if column names are fixed.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] | None = None
    lists: tuple[str, ...] = ()
    setting: str = ""

    @cached_property
    def names(self) -> tuple[str, ...] | None:
        """All columns to read; None for all that the file has."""
        if self.optional is None:
            return None
        return tuple(dict.fromkeys(name for name in (*self.required, *self.optional, *self.lists) if name))

    def of(self, values: Mapping[str, object]) -> dict[str, object]:
        """Takes the wanted columns out of a nested row.

        Raises:
            RowError: A wanted value is itself nested, or is text that cannot be encoded.
        """
        names = self.names
        if names is None:
            return {**dict(_flat(values)), **{name: values[name] for name in self.lists if name in values}}
        row: dict[str, object] = {}
        for name in names:
            value = values[name] if name in values else value_at(values, name)
            if value is not None:
                row[name] = value if name in self.lists else plain_value(name, value)
        return row


def value_at(values: Mapping[str, object], path: str) -> object:
    """Finds the value at a path; None if there is none. In a list of objects, it is the list of each one's value."""
    if path in values:
        return values[path]
    for place, letter in enumerate(path):
        if letter == _STEP and path[:place] in values:
            inner, rest = values[path[:place]], path[place + 1 :]
            if isinstance(inner, Mapping):
                return value_at(inner, rest)
            if isinstance(inner, list):
                return [value_at(each, rest) if isinstance(each, Mapping) else None for each in inner]
    return None


def paths_of(values: Mapping[str, object]) -> Iterator[str]:
    """The names of all columns of a nested row: those that hold a single value or a list, each with its path."""
    for name, value in values.items():
        inner = _objects(value)
        if inner is None:
            yield name
            continue
        yield name
        yield from (f"{name}{_STEP}{path}" for path in dict.fromkeys(p for each in inner for p in paths_of(each)))


def _objects(value: object) -> list[Mapping[str, object]] | None:
    """The objects that a value is or holds; None if it is a single value or a list of such."""
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        return [each for each in value if isinstance(each, Mapping)]
    return None


def _flat(values: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """All columns with a value that a text file could hold."""
    for name, value in values.items():
        for path in (name,) if _objects(value) is None else (p for p in paths_of({name: value}) if p != name):
            found = value_at(values, path)
            try:
                yield path, plain_value(path, found)
            except RowError as error:
                if error.reason != "nested value":
                    raise
