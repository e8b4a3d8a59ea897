"""Joins several tables of items, or of users, by id and column by column.

A value comes from the first table that has one. A second row of an id in the same table is none of this: it is refused.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from components.raw_files.refusal import Reject
from components.sources.event_rows import plain_id
from schemas.canonical_event import Item, User

Record = TypeVar("Record", Item, User)
_SHOWN: Final = 40


class Difference(NamedTuple):
    """Two tables give different values for the same column and id.

    Attributes:
        column: The field, such as `title`, or the name of an attribute or a number.
        told: The id, and both values with their tables, for people.
    """

    column: str
    told: str


def id_of(record: Item | User) -> str:
    """The id of an item or a user."""
    return record.item_id if isinstance(record, Item) else record.user_id


def joined(parts: Sequence[tuple[str, Record]]) -> tuple[Record, list[Difference]]:
    """Makes one record of those that several tables have of the same id.

    Args:
        parts: What names each table, such as `data.item_sources[0]`, and its record. Earlier tables count more.

    Returns:
        The record, and a difference for each value that is not that of the first table which has one.
    """
    first = parts[0][1]
    values: dict[str, Any] = {}
    differences: list[Difference] = []

    def value_of(column: str, given: Iterable[tuple[str, Any]]) -> Any:
        (table, value), *others = [each for each in given if each[1] not in ("", ())]
        for other, another in others:
            if another != value:
                told = f"{_text(value)} in {table} and {_text(another)} in {other}"
                differences.append(Difference(column, f"{id_of(first)[:_SHOWN]!r} has {told}"))
        return value

    for name in (each.name for each in dataclasses.fields(first)):
        given = [(table, getattr(record, name)) for table, record in parts]
        if isinstance(given[0][1], Mapping):
            columns = dict.fromkeys(column for _, each in given for column in each)
            values[name] = {
                column: value_of(column, [(table, each.get(column, "")) for table, each in given])
                for column in columns
                if any(each.get(column, "") != "" for _, each in given)
            }
        elif any(value for _, value in given):
            values[name] = value_of("vectors" if name == "vector" else name, given)
    return type(first)(**values), differences


def _text(value: object) -> str:
    return repr((", ".join(map(str, value)) if isinstance(value, tuple) else str(value))[:_SHOWN])


@dataclass
class JoinedRecords(Generic[Record]):
    """The records of several tables by id, joined in memory as a run joins them on Beam.

    Attributes:
        records: The records by id.
    """

    records: dict[str, Record] = field(default_factory=dict)
    _table_of: dict[str, str] = field(default_factory=dict)
    _parts: dict[str, list[tuple[str, Record]]] = field(default_factory=dict)
    _differences: dict[str, list[Difference]] = field(default_factory=dict)

    def add(self, record: Record, table: str) -> bool:
        """Adds a row; rows come table by table.

        Returns:
            Whether it is used; not if its id already has a row in this table.
        """
        key = id_of(record)
        if key not in self.records:
            self.records[key], self._table_of[key] = record, table
            return True
        parts = self._parts.get(key) or [(self._table_of[key], self.records[key])]
        if parts[-1][0] == table:
            return False
        parts.append((table, record))
        self._parts[key] = parts
        self.records[key], self._differences[key] = joined(parts)
        return True

    @property
    def tables(self) -> set[str]:
        """The tables that have an id."""
        return {*self._table_of.values(), *(table for parts in self._parts.values() for table, _ in parts)}

    @property
    def in_several(self) -> Collection[str]:
        """The ids that stand in more than one table."""
        return self._parts.keys()

    @property
    def differences(self) -> list[Difference]:
        """The values that tables give differently."""
        return [each for found in self._differences.values() for each in found]

    @property
    def alike(self) -> Iterator[tuple[str, str]]:
        """Pairs of ids of one table alone which would meet if they were written alike; see `pairs_of`."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for key in self.records.keys() - self.in_several:
            groups.setdefault(plain_id(key), []).append((self._table_of[key], key))
        return (pair for group in groups.values() for pair in pairs_of(group))


class JoinedRow(NamedTuple):
    """The rows of one id.

    Attributes:
        record: The joined record.
        used: How many rows it is made of: one for each table that has the id.
        rejects: The other rows.
        tables: The tables that have the id.
        differences: The values that they give differently.
    """

    record: Any
    used: int
    rejects: list[Reject]
    tables: tuple[str, ...]
    differences: list[Difference]


def join_rows(
    kind: str, rows: Iterable[tuple[int, int, Any]], files: Sequence[str], tables: Sequence[str]
) -> JoinedRow | None:
    """Joins the rows of one id.

    Args:
        kind: `item` or `user`.
        rows: (file, line, record) of each row.
        files: The path of each file.
        tables: The table of each file, in the order in which tables count.

    Returns:
        The record and what became of each row; None if there is no row.
    """
    parts: list[tuple[str, Any]] = []
    places: dict[str, str] = {}
    rejects = []
    for file, line, found in sorted(rows, key=lambda row: row[:2]):
        if tables[file] in places:
            detail = f"{id_of(found)!r} stands in {places[tables[file]]}"
            rejects.append(Reject(files[file], line, f"duplicate {kind}", detail))
        else:
            places[tables[file]] = f"{files[file]}:{line}"
            parts.append((tables[file], found))
    if not parts:
        return None
    record, differences = joined(parts) if len(parts) > 1 else (parts[0][1], [])
    return JoinedRow(record, len(parts), rejects, tuple(places), differences)


def pairs_of(group: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs (table, id) of ids that nearly agree: each with the first one, if that is of another table."""
    (table, key), *others = sorted(group)
    first = f"{key[:_SHOWN]!r} in {table}"
    yield from ((first, f"{each[:_SHOWN]!r} in {other}") for other, each in others if other != table)


def pairs_told(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Pairs of ids, each with its table, for people."""
    return [f"{one} and {other}" for one, other in pairs]


def common_sentence(kind: str, common: int, alone: int, alike: tuple[int, str] | None) -> str:
    """How many ids several tables have in common.

    Args:
        kind: `item` or `user`.
        common: How many stand in several.
        alone: How many stand in one.
        alike: How many of these nearly agree with one of another table, and examples.
    """
    text = (
        f"{common:,} of {common + alone:,} {kind}s stand in several tables of data.{kind}_sources, {alone:,} in one "
        "alone; all are kept"
    )
    return text + (f"; {alike[0]:,} more would meet if ids were written alike: {alike[1]}" if alike else "")
