"""Reads the tables of users and makes one example for each user."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import apache_beam as beam

from components.behaviour_example_gen.examples.behaviour_examples import audience_example
from components.raw_files.read_files import FAILURES, REJECTS, ReadFile, ReadFiles
from components.sources.joined_tables import join_rows
from components.sources.table_fit import tables_told
from schemas.canonical_event import User

USER: Final = "user"
_USED = "used"
_PLACED = "placed"


class Audience(NamedTuple):
    """Five Beam collections, and perhaps two more.

    Attributes:
        examples: A serialized tf.Example for each user.
        rows: Something for each row that is used.
        rejects: A Reject for each row that cannot be used.
        failures: Messages about whole files.
        user_ids: The user of each row.
        counts: (name, number): how many users stand in several tables, and how many in one; None if there is one.
        notes: ReadingReports about how the tables fit together; None if there is one.
    """

    examples: Any
    rows: Any
    rejects: Any
    failures: Any
    user_ids: Any
    counts: Any = None
    notes: Any = None


def audience(
    pipeline: beam.Pipeline,
    paths: Sequence[str],
    read: ReadFile,
    attributes: Sequence[str],
    numbers: Sequence[str] = (),
    tables: Sequence[str] = (),
) -> Audience:
    """Adds steps to a pipeline that read the tables of users.

    Tables are joined column by column. A second row for a user in the same table is refused. A user need not have
    events yet: a model learns what attributes mean from users who have some.

    Args:
        pipeline: The pipeline.
        paths: The files.
        read: Reads one of them.
        attributes: The names of the attributes to write, in this order.
        numbers: The names of the numbers to write, in this order.
        tables: The table of each file; empty if there is one.
    """
    tables = tables or [""] * len(paths)
    rows = pipeline | "UserFiles" >> ReadFiles(paths, read)
    users = (
        rows[None]
        | "UsersById" >> beam.Map(lambda row: (row[2].user_id, row))
        | "RowsOfUser" >> beam.GroupByKey()
        | "OneUser"
        >> beam.ParDo(_OneUser(paths, tables, attributes, numbers)).with_outputs(REJECTS, _USED, _PLACED, main=None)
    )
    rejects = (rows[REJECTS], users[REJECTS]) | "UserRejects" >> beam.Flatten()
    user_ids = rows[None] | "IdsOfUsers" >> beam.Map(lambda row: row[2].user_id)
    told = tables_told(USER, users[_PLACED]) if len(set(tables)) > 1 else (None, None)
    return Audience(users[None], users[_USED], rejects, rows[FAILURES], user_ids, *told)


class _OneUser(beam.DoFn):
    def __init__(self, paths: Sequence[str], tables: Sequence[str], attributes: Sequence[str], numbers: Sequence[str]):
        self._paths = paths
        self._tables = tables
        self._attributes = attributes
        self._numbers = numbers

    def process(self, element: tuple[str, Iterable[tuple[int, int, User]]]) -> Iterable[Any]:
        user_id, rows = element
        found = join_rows(USER, rows, self._paths, self._tables)
        assert found is not None, "whoever is grouped has a row"
        yield audience_example(found.record, self._attributes, self._numbers)
        yield from (beam.pvalue.TaggedOutput(_USED, None) for _ in range(found.used))
        yield from (beam.pvalue.TaggedOutput(REJECTS, reject) for reject in found.rejects)
        yield beam.pvalue.TaggedOutput(_PLACED, (user_id, found.tables, found.differences))
