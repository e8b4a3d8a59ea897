"""Says on Beam how well several tables of items, or of users, fit together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam

from components.raw_files.read_files import ReadingReport
from components.sources.event_rows import plain_id
from components.sources.joined_tables import Difference, common_sentence, pairs_of, pairs_told
from components.sources.unknown_ids import CountAndFirst


class TablesTold(NamedTuple):
    """Two Beam collections.

    Attributes:
        counts: (name, number): how many ids stand in several tables, and how many in one.
        report: ReadingReports of values that differ, and of ids that nearly agree.
    """

    counts: Any
    report: Any


Placed = tuple[str, tuple[str, ...], list[Difference]]
"""An id, the tables that have it, and where they differ."""


def tables_told(kind: str, placed: Any) -> TablesTold:
    """Adds steps to a pipeline that say how well several tables fit together.

    Args:
        kind: `item` or `user`.
        placed: A collection of `Placed`, each id once.
    """
    name = kind.title()
    counts = placed | f"Count{name}Tables" >> beam.Map(lambda each: (_count_name(kind, each[1]), 1))
    differing = (
        placed
        | f"{name}Differences" >> beam.FlatMap(_differences)
        | f"CountDifferences{name}" >> beam.CombinePerKey(CountAndFirst())
        | f"{name}DifferencesTold"
        >> beam.Map(lambda each: _report(differing_values(each[0]), each[1][0], "; ".join(each[1][1])))
    )
    alike = (
        placed
        | f"{name}InOneTable" >> beam.FlatMap(_alone)
        | f"{name}ByPlainId" >> beam.GroupByKey()
        | f"{name}TablePairs" >> beam.FlatMap(_pairs)
        | f"CountPairs{name}" >> beam.CombineGlobally(CountAndFirst())
        | f"{name}TablePairsTold" >> beam.FlatMap(_alike_report, kind)
    )
    return TablesTold(counts, (differing, alike) | f"{name}TablesReport" >> beam.Flatten())


def ids_in_tables(kind: str, counts: Mapping[str, int]) -> int:
    """How many ids several tables have together; 0 if there is one table."""
    return counts.get(_several(kind), 0) + counts.get(_in_one(kind), 0)


def tables_sentence(kind: str, counts: Mapping[str, int], report: ReadingReport) -> tuple[str, bool]:
    """How many ids several tables have in common.

    Args:
        kind: `item` or `user`.
        counts: The counts that `tables_told` made.
        report: The report of the tables.

    Returns:
        The sentence, and whether the tables hardly fit; an empty sentence if there is one table.
    """
    common, alone = counts.get(_several(kind), 0), counts.get(_in_one(kind), 0)
    if not ids_in_tables(kind, counts):
        return "", False
    found = report.converted.get(ids_alike(kind))
    return common_sentence(kind, common, alone, found), found is not None or not common


def differing_values(column: str) -> str:
    """The reason under which a report counts values of a column that tables give differently."""
    return f"values of {column!r} that two tables give differently were taken from the first"


def ids_alike(kind: str) -> str:
    """The reason under which a report counts ids of one table that nearly agree with those of another."""
    return f"ids of {kind}s in one table that nearly agree with one of another"


def _count_name(kind: str, tables: Sequence[str]) -> str:
    return _several(kind) if len(tables) > 1 else _in_one(kind)


def _several(kind: str) -> str:
    return f"{kind}s_in_several_tables"


def _in_one(kind: str) -> str:
    return f"{kind}s_in_one_table"


def _report(reason: str, count: int, some: str) -> ReadingReport:
    return ReadingReport(converted={reason: (count, some)})


def _differences(placed: Placed) -> Iterable[tuple[str, str]]:
    return [(each.column, each.told) for each in placed[2]]


def _pairs(group: tuple[str, Iterable[tuple[str, str]]]) -> Iterable[tuple[str, str]]:
    return pairs_of(group[1])


def _alike_report(counted: tuple[int, list[tuple[str, str]]], kind: str) -> Iterable[ReadingReport]:
    count, pairs = counted
    if count:
        yield _report(ids_alike(kind), count, ", ".join(pairs_told(pairs)))


def _alone(placed: Placed) -> Iterable[tuple[str, tuple[str, str]]]:
    key, tables, _ = placed
    if len(tables) == 1:
        yield plain_id(key), (tables[0], key)
