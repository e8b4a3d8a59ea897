"""Suggests which column says at which place of its list an item was shown.

It is a suggestion and no setting, because a rank may be one of something else, such as of bestsellers.
"""

from dataclasses import dataclass
from typing import Final

from components.own_log.guess.column_names import LABEL, plain
from components.own_log.guess.event_guess import EventGuess
from components.raw_files.row import RowError
from components.sources.event_rows import NULL_MARKERS
from components.sources.row_numbers import number_of

_NAMES: Final = """
    place shown_place item_place position item_position shown_position display_position impression_position
    list_position result_position click_position serp_position position_in_list page_position feed_position pos rank
    shown_rank item_rank display_rank result_rank list_rank serp_rank rank_in_list slot slot_position 位置 排名
"""
_PLACES: Final = {plain(name): rank for rank, name in enumerate(_NAMES.split())}
_LONGEST: Final = 1_000
"""A column with larger numbers holds no places of lists that people look at."""


@dataclass(frozen=True)
class PlaceGuess:
    """Which column may hold places.

    Attributes:
        column: The column for `data.columns.place`.
        first: The number of the first place, for `data.columns.first_place`.
        last: The largest number.
    """

    column: str
    first: int
    last: int


def guess_place(guess: EventGuess) -> PlaceGuess | None:
    """Finds a column that could say at which place items were shown; None if there is none.

    Only in a log that tells engagements from what was only shown: without these nothing follows from places.

    Args:
        guess: What the log means, without open questions.
    """
    if LABEL not in guess.columns:
        return None
    for _, name in sorted((_PLACES[plain(name)], name) for name in guess.unused if plain(name) in _PLACES):
        try:
            texts = guess.sampled.columns[name].distinct - {*NULL_MARKERS}
            numbers = [number_of(text, name, "") for text in texts]
        except RowError:
            continue
        are_whole = all(number.is_integer() for number in numbers)
        if len({*numbers}) > 1 and are_whole and min(numbers) in (0, 1) and max(numbers) <= _LONGEST:
            return PlaceGuess(name, int(min(numbers)), int(max(numbers)))
    return None
