"""Converts a log that a run cannot read: it writes TSV with the names and values that a run reads."""

import gzip
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TextIO

from components.own_log.guess.column_names import ITEM, LABEL, QUERY, SESSION, TIME, USER
from components.own_log.guess.event_guess import EventGuess
from components.own_log.guess.file_form import read_form
from components.own_log.guess.sampled_columns import as_text
from components.own_log.guess.value_meanings import LEFT_OUT
from components.raw_files.refusal import Reject
from components.sources.event_rows import EventColumns
from schemas.canonical_event import Surface

_COLUMNS: Final = EventColumns()
_SEARCH: Final = Surface.SEARCH.value
UNREADABLE: Final = "broken row"
UNKNOWN_TIME: Final = "unparsable time"
UNKNOWN_SURFACE: Final = "unknown surface"
UNKNOWN_LABEL: Final = "unknown label"
DROPPED: Final = "left out as told"


@dataclass
class Converted:
    """What was written.

    Attributes:
        path: The new file.
        rows: How many rows it holds.
        left_out: How many rows were left out, by reason.
        first: The first row of each reason: its line in the old file, and its value.
    """

    path: str
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, str]] = field(default_factory=dict)

    def leave_out(self, reason: str, row: int, value: str) -> None:
        """Counts a row that is not written."""
        self.left_out[reason] += 1
        self.first.setdefault(reason, (row, value[:60]))


def convert_events(guess: EventGuess, folder: str, progress: Callable[[int], None] = lambda rows: None) -> Converted:
    """Writes `events.tsv.gz`.

    Args:
        guess: What the log means, without open questions.
        folder: The folder to write to; it need not exist.
        progress: Is called now and then with how many rows were read.

    Raises:
        DataError: The log cannot be read to its end.
        OSError: The file cannot be written.
    """
    assert guess.time is not None, "a guess without questions knows how the time is told"
    parse = guess.time.parser()
    names = (_COLUMNS.user_id, _COLUMNS.timestamp, _COLUMNS.surface, _COLUMNS.query, _COLUMNS.session_id)
    header = (*names, _COLUMNS.item_id, _COLUMNS.label)
    with _table(folder, "events.tsv.gz", header) as (converted, write):
        for number, each in enumerate(read_form(guess.sampled.form), start=1):
            if number % 50_000 == 0:
                progress(number)
            if isinstance(each, Reject):
                converted.leave_out(UNREADABLE, each.line, str(each))
                continue
            row = {name: as_text(value) for name, value in each.values.items()}
            moment = row.get(guess.columns[TIME], "")
            try:
                milliseconds = parse(moment)
            except ValueError:
                converted.leave_out(UNKNOWN_TIME, each.line, moment)
                continue
            surface, label = guess.surface_of(row), guess.label_of(row)
            if not surface:
                converted.leave_out(UNKNOWN_SURFACE, each.line, str(row))
            elif label in ("", LEFT_OUT):
                reason = DROPPED if label else UNKNOWN_LABEL
                converted.leave_out(reason, each.line, row.get(guess.columns.get(LABEL, ""), ""))
            else:
                query, session = (
                    row.get(guess.columns.get(name, ""), "") if surface == _SEARCH else "" for name in (QUERY, SESSION)
                )
                user, item = row.get(guess.columns[USER], ""), row.get(guess.columns[ITEM], "")
                write((user, str(milliseconds), surface, query, session, item, label))
    return converted


@contextmanager
def _table(
    folder: str, name: str, header: Sequence[str]
) -> Iterator[tuple[Converted, Callable[[Sequence[str]], None]]]:
    """Opens a new file, and renames it to its final name once it is complete."""
    os.makedirs(folder, exist_ok=True)
    converted = Converted(os.path.join(folder, name))
    unfinished = converted.path + ".unfinished"
    with (
        open(unfinished, "wb") as stream,
        gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as text,
    ):

        def write(values: Sequence[str]) -> None:
            _write_line(text, values)
            converted.rows += 1

        _write_line(text, header)
        yield converted, write
    os.replace(unfinished, converted.path)


def _write_line(text: TextIO, values: Sequence[str]) -> None:
    # A tab or a line end within a value would divide it.
    text.write("\t".join(" ".join(value.split()) for value in values) + "\n")
