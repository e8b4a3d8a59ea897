"""Shows the first rows of a log as a table, as they are understood."""

import datetime
import io
from typing import Final

from rich.console import Console
from rich.table import Table

from components.own_log.guess.column_names import ITEM, QUERY, SESSION, TIME, USER
from components.own_log.guess.event_guess import EventGuess
from components.own_log.guess.value_meanings import ENGAGED, LEFT_OUT

_ROWS: Final = 6
_WIDTH: Final = 110
_LONGEST: Final = 40
_LABELS: Final = {ENGAGED: "1 engaged", "0": "0 shown", LEFT_OUT: "left out", "": "?"}


def preview(guess: EventGuess) -> str:
    """Lays out the first rows, with at least one of each surface."""
    table = Table(box=None, pad_edge=False)
    names = ("user", "time", "surface", "query", "item", "label", *(["session"] if SESSION in guess.columns else []))
    for name in names:
        table.add_column(name, overflow="ellipsis", no_wrap=True, max_width=_LONGEST)
    for place in _places(guess):
        row = guess.sampled.row(place)
        values = {field: row[column] for field, column in guess.columns.items()}
        cells = [
            values.get(USER, ""),
            _moment(guess, values.get(TIME, "")),
            guess.surface_of(row) or "?",
            values.get(QUERY, ""),
            values.get(ITEM, ""),
            _LABELS.get(guess.label_of(row), guess.label_of(row)),
        ]
        table.add_row(*cells, *([values[SESSION]] if SESSION in values else []), style=None)
    console = Console(file=io.StringIO(), width=_WIDTH, color_system=None, markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())


def _places(guess: EventGuess) -> list[int]:
    """The first rows. If they show only one surface, the first row of the other one replaces the last of them."""
    places = list(range(min(_ROWS, guess.sampled.rows)))
    shown = {guess.surface_of(guess.sampled.row(place)) for place in places}
    if len(shown) == 1:
        later = range(len(places), guess.sampled.rows)
        other = next((place for place in later if guess.surface_of(guess.sampled.row(place)) not in shown), None)
        if other is not None:
            places[-1] = other
    return places


def _moment(guess: EventGuess, value: str) -> str:
    if guess.time is None:
        return value
    try:
        milliseconds = guess.time.parser()(value)
        moment = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return f"? {value}"
    return moment.strftime("%Y-%m-%d %H:%M:%S")
