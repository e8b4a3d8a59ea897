"""Counts how often an item was shown at a place, and engaged with there, by what training may know.

A showing is one row or two: logs write an engagement either in place of the row that says that the item was shown, or
beside it. So an engagement at the place where the item stood before belongs to that showing, if it comes within an
hour; and so does a second engagement, such as a purchase after a click.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from components.sources.data_config import BY_TIME, DataConfig
from schemas.canonical_event import Event, Surface
from schemas.features import TRAIN_SPLIT

DEEPEST: Final = 100
"""Places beyond are counted together: hardly anybody sees them, so that nothing can be told of each."""
BEYOND: Final = DEEPEST + 1
"""The place under which these are counted."""
_SAME_SHOWING_MS: Final = 3_600_000


Shown = tuple[str, str, str]
"""What was shown: the surface's name, the query as typed (empty in the feed), and the item."""


class Times(NamedTuple):
    """How often it was shown at a place.

    Attributes:
        shown: How often.
        engaged: How often the user engaged with it there.
    """

    shown: int = 0
    engaged: int = 0

    def plus(self, other: "Times") -> "Times":
        """Both together."""
        return Times(self.shown + other.shown, self.engaged + other.engaged)


ByPlace = dict[int, Times]
"""By place, from 1; `BEYOND` for all that lie deeper."""


def added(counts: Iterable[ByPlace]) -> ByPlace:
    """The sums by place."""
    total: ByPlace = {}
    for each in counts:
        for place, times in each.items():
            total[place] = total[place].plus(times) if place in total else times
    return total


def training_events(events: Sequence[Event], splits: Iterable[str], config: DataConfig) -> list[Event]:
    """The events that were shown at a known place, before any that is held out.

    With `split: time` these are the events before the first moment of validation. Otherwise those on a surface before
    the user's first target there that is held out, but for those of its search session.

    Args:
        events: All events of one user, in time order.
        splits: The split of each target among them.
        config: How examples are split.
    """
    of_targets = iter(splits)
    held_out = [event for event in events if event.is_target and next(of_targets) != TRAIN_SPLIT]
    if config.split == BY_TIME:
        ends = dict.fromkeys(Surface, config.validation_from_ms)
    else:
        ends = {event.surface: event.timestamp_ms for event in reversed(held_out)}
    sessions = {event.session_id for event in held_out if event.session_id}
    return [
        event
        for event in events
        if event.place
        and event.item_id
        and event.timestamp_ms < ends.get(event.surface, event.timestamp_ms + 1)
        and event.session_id not in sessions
    ]


def count_showings(counts: dict[Shown, ByPlace], events: Iterable[Event]) -> None:
    """Adds the showings of one user's events, in time order, to counts."""
    newest: dict[tuple[object, ...], Event] = {}
    for event in events:
        key = (event.surface, event.session_id, event.query, event.item_id, event.place)
        before = newest.get(key)
        is_new = before is None or not _is_same_showing(before, event)
        engaged = event.label == 1 and (is_new or (before is not None and before.label == 0))
        if is_new or engaged:
            newest[key] = event
            by_place = counts.setdefault((event.surface.value, event.query, event.item_id), {})
            place = min(event.place, BEYOND)
            by_place[place] = by_place.get(place, Times()).plus(Times(int(is_new), int(engaged)))


def _is_same_showing(before: Event, event: Event) -> bool:
    if event.label == 0:
        # The row that says that an item was shown may stand behind the engagement, at the same time.
        return before.label == 1 and before.timestamp_ms == event.timestamp_ms
    return event.timestamp_ms - before.timestamp_ms <= _SAME_SHOWING_MS
