"""Reads the table of users and makes one example for each user."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import apache_beam as beam

from components.behaviour_example_gen.examples.behaviour_examples import audience_example
from components.raw_files.read_files import FAILURES, REJECTS, ReadFile, ReadFiles
from components.raw_files.refusal import Reject
from schemas.canonical_event import User


class Audience(NamedTuple):
    """Four Beam collections.

    Attributes:
        examples: A serialized tf.Example for each user.
        rejects: A Reject for each row that cannot be used.
        failures: Messages about whole files.
        user_ids: The user of each row.
    """

    examples: Any
    rejects: Any
    failures: Any
    user_ids: Any


def audience(
    pipeline: beam.Pipeline,
    paths: Sequence[str],
    read: ReadFile,
    attributes: Sequence[str],
    numbers: Sequence[str] = (),
) -> Audience:
    """Adds steps to a pipeline that read the table of users.

    A second row for a user is refused. A user need not have events yet: a model learns what attributes mean from users
    who have some.

    Args:
        pipeline: The pipeline.
        paths: The files.
        read: Reads one of them.
        attributes: The names of the attributes to write, in this order.
        numbers: The names of the numbers to write, in this order.
    """
    rows = pipeline | "UserFiles" >> ReadFiles(paths, read)
    users = (
        rows[None]
        | "UsersById" >> beam.Map(lambda row: (row[2].user_id, row))
        | "RowsOfUser" >> beam.GroupByKey()
        | "OneUser" >> beam.ParDo(_OneUser(paths, attributes, numbers)).with_outputs(REJECTS, main=None)
    )
    rejects = (rows[REJECTS], users[REJECTS]) | "UserRejects" >> beam.Flatten()
    user_ids = rows[None] | "IdsOfUsers" >> beam.Map(lambda row: row[2].user_id)
    return Audience(users[None], rejects, rows[FAILURES], user_ids)


class _OneUser(beam.DoFn):
    def __init__(self, paths: Sequence[str], attributes: Sequence[str], numbers: Sequence[str]):
        self._paths = paths
        self._attributes = attributes
        self._numbers = numbers

    def process(self, element: tuple[str, Iterable[tuple[int, int, User]]]) -> Iterable[Any]:
        user_id, rows = element
        (file, line, user), *others = sorted(rows, key=lambda row: row[:2])
        yield audience_example(user, self._attributes, self._numbers)
        first = f"{self._paths[file]}:{line}"
        for file, line, _ in others:
            reject = Reject(self._paths[file], line, "duplicate user", f"{user_id!r} stands in {first}")
            yield beam.pvalue.TaggedOutput(REJECTS, reject)
