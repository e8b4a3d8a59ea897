"""Finds ids of a log that its table of items, or of users, does not have, and those that nearly agree with one."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import apache_beam as beam

from components.raw_files.read_files import ReadingReport
from components.raw_files.refusal import DataError
from components.sources.event_rows import plain_id

_EXAMPLES = 2
_Counted = tuple[int, list[Any]]
"""A number of pairs, and the first few."""


class UnknownIds(NamedTuple):
    """Two Beam collections.

    Attributes:
        counts: (name, number): how many ids the log has, and how many of them the table lacks.
        report: One ReadingReport if ids nearly agree, for the report of the table.
    """

    counts: Any
    report: Any


def unknown_ids(kind: str, log_ids: Any, table_ids: Any) -> UnknownIds:
    """Adds steps to a pipeline that compare the ids of a log with those of its table.

    Args:
        kind: What has an id: `item` or `user`.
        log_ids: A collection of the log's ids, each once.
        table_ids: A collection of the table's ids.
    """
    name = kind.title()
    unknown = (
        (log_ids | f"Log{name}Ids" >> beam.Map(_with_nothing), table_ids | f"Table{name}Ids" >> beam.Map(_with_nothing))
        | f"{name}InBoth" >> beam.CoGroupByKey()
        | f"Unknown{name}s" >> beam.FlatMap(_only_in_log)
    )
    counts = (
        log_ids | f"Count{name}s" >> beam.Map(lambda _: (_in_log(kind), 1)),
        unknown | f"CountUnknown{name}s" >> beam.Map(lambda _: (_not_in_table(kind), 1)),
    ) | f"{name}Counts" >> beam.Flatten()
    alike = (
        (
            unknown | f"PlainUnknown{name}" >> beam.Map(_by_plain_id),
            table_ids | f"Plain{name}" >> beam.Map(_by_plain_id),
        )
        | f"Alike{name}" >> beam.CoGroupByKey()
        | f"{name}Pairs" >> beam.FlatMap(_pair)
        | f"All{name}Pairs" >> beam.CombineGlobally(CountAndFirst())
        | f"{name}PairsTold" >> beam.FlatMap(_told, kind)
    )
    return UnknownIds(counts, alike)


def check_unknown(kind: str, counts: Mapping[str, int], report: ReadingReport, table: str, most: float) -> list[str]:
    """Says how many ids the table lacks, if it lacks any.

    Args:
        kind: `item` or `user`.
        counts: The counts that `unknown_ids` made.
        report: The report of the table.
        table: The setting that names it, and its value.
        most: The largest share that is accepted: `data.max_unknown_share`.

    Raises:
        DataError: The table lacks a larger share.
    """
    ids, unknown = counts.get(_in_log(kind), 0), counts.get(_not_in_table(kind), 0)
    if not unknown:
        return []
    text = f"{unknown:,} of the {ids:,} {kind}s that somebody engaged with" if kind == "item" else ""
    text = text or f"{unknown:,} of the log's {ids:,} users"
    text += f" ({unknown / ids:.1%}) are not in {table}"
    if _alike(kind) in report.converted:
        alike, examples = report.converted[_alike(kind)]
        text += f"; {alike:,} would be if ids were written alike: {examples}"
    if unknown > most * ids:
        raise DataError(
            f"{text}. That is more than data.max_unknown_share = {most:.0%} allows. Write the ids of the log and of "
            "the table in one way, as text, or give the table that belongs to this log."
        )
    return [text]


def _in_log(kind: str) -> str:
    return f"{kind}s_of_log"


def _not_in_table(kind: str) -> str:
    return f"{kind}s_not_in_table"


def _alike(kind: str) -> str:
    return f"ids of {kind}s in the log that nearly agree with one of the table"


def _with_nothing(text: str) -> tuple[str, None]:
    return text, None


def _by_plain_id(text: str) -> tuple[str, str]:
    return plain_id(text), text


def _only_in_log(grouped: tuple[str, tuple[Iterable[None], Iterable[None]]]) -> Iterable[str]:
    text, (log, table) = grouped
    if any(True for _ in log) and not any(True for _ in table):
        yield text


def _pair(grouped: tuple[str, tuple[Iterable[str], Iterable[str]]]) -> Iterable[tuple[str, str]]:
    log, table = grouped[1]
    known = min(table, default="")
    if known:
        yield from ((text, known) for text in log)


class CountAndFirst(beam.CombineFn):
    """Counts pairs, or sentences, and keeps the first few: a log may have millions."""

    def create_accumulator(self) -> _Counted:
        """None yet."""
        return 0, []

    def add_input(self, mutable_accumulator: _Counted, element: Any) -> _Counted:
        """Counts one more."""
        count, first = mutable_accumulator
        return count + 1, sorted([*first, element])[:_EXAMPLES]

    def merge_accumulators(self, accumulators: Iterable[_Counted]) -> _Counted:
        """Adds counts up."""
        counts, firsts = zip(*accumulators, strict=True)
        return sum(counts), sorted(pair for first in firsts for pair in first)[:_EXAMPLES]

    def extract_output(self, accumulator: _Counted) -> _Counted:
        """The count, and the first few in order."""
        return accumulator


def _told(counted: _Counted, kind: str) -> Iterable[ReadingReport]:
    count, first = counted
    if count:
        some = ", ".join(f"{one!r} in the log and {other!r} in the table" for one, other in first)
        yield ReadingReport(converted={_alike(kind): (count, some)})
