"""Suggests what engagements could weigh in training: dwell time, quantities, or kinds of actions.

It is a suggestion and no setting, because weights change what is learned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from components.own_log.guess.column_names import LABEL, named_for, plain
from components.own_log.guess.event_guess import EventGuess
from components.own_log.guess.sampled_columns import Column
from components.own_log.guess.value_meanings import ENGAGED, label_meanings
from components.raw_files.row import RowError
from components.sources.event_rows import MAX_WEIGHT, NULL_MARKERS
from components.sources.row_numbers import number_of

_AMOUNT_NAMES: Final = """
    dwell dwell_time dwell_seconds dwell_sec dwell_ms dwelltime time_spent time_on_page seconds_on_page watch_time
    watch_seconds watch_duration watch_ratio play_time play_seconds play_duration playing_time play_time_ms listen_time
    listen_seconds read_time reading_time read_seconds view_time view_duration view_seconds stay_time stay_duration
    duration duration_ms duration_seconds engagement_time engagement_time_msec ms_played seconds_played minutes_played
    quantity qty units units_sold menge anzahl 数量 停留时间 观看时长
"""
_AMOUNTS: Final = {plain(name): rank for rank, name in enumerate(_AMOUNT_NAMES.split())}
_STRENGTHS: Final[Mapping[int, str]] = {
    2: """
        like liked fav favorite favourite wishlist save saved share shared follow comment rate rated rating cart
        add_to_cart addtocart basket checkout 收藏 加购 flw
        """,
    5: """
        purchase purchased buy bought order ordered transaction book booked booking reserve reserved convert converted
        conversion install subscribe subscribed 购买 ord
        """,
}
_STRENGTH_OF: Final = {plain(word): weight for weight, words in _STRENGTHS.items() for word in words.split()}
_WEAKEST: Final = 1


@dataclass(frozen=True)
class WeightGuess:
    """What engagements could weigh.

    Attributes:
        column: The column for `data.columns.weight`.
        reason: Why, in a sentence without an end.
        values: The weights for `data.columns.weight_values`; none if the column holds numbers.
    """

    column: str
    reason: str
    values: Mapping[str, int] = field(default_factory=dict)


def guess_weight(guess: EventGuess) -> WeightGuess | None:
    """Finds a column that could weigh engagements; None if there is none.

    Args:
        guess: What the log means, without open questions.
    """
    return _actions(guess) or _amount(guess)


def _actions(guess: EventGuess) -> WeightGuess | None:
    columns = guess.sampled.columns
    kept = guess.columns.get(LABEL)
    named = [kept] if kept else named_for(LABEL, guess.unused)
    for column in (columns[name] for name in named):
        if not column.has_few_values:
            continue
        meanings = label_meanings(sorted(column.distinct))[0] | guess.labels
        engaged = [value for value, meaning in meanings.items() if meaning == ENGAGED]
        weights = {value: _STRENGTH_OF.get(plain(value), _WEAKEST) for value in engaged}
        is_told = kept is not None or len(engaged) == len(column.distinct)
        if is_told and len({*weights.values()}) > 1:
            return WeightGuess(column.name, f"{column.name!r} tells weak actions from strong ones", weights)
    return None


def _amount(guess: EventGuess) -> WeightGuess | None:
    named = sorted((_AMOUNTS[plain(name)], name) for name in guess.unused if plain(name) in _AMOUNTS)
    for _, name in named:
        found = _amounts(guess.sampled.columns[name])
        if len({*found}) > 1 and min(found) >= 0 and max(found) <= MAX_WEIGHT:
            return WeightGuess(name, f"{name!r} holds amounts, from {min(found):g} to {max(found):g}")
    return None


def _amounts(column: Column) -> list[float]:
    """The numbers of a column; none if some value is no number."""
    try:
        return [number_of(text, column.name, "") for text in column.distinct if text not in NULL_MARKERS]
    except RowError:
        return []
