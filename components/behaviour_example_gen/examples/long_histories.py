"""Limits the events of one user, and takes each once. A user with millions of events is a robot or a shared account."""

import heapq
import operator
from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

from components.sources.repeated_events import identity, without_repeated
from schemas.canonical_event import Event

Key = tuple[Any, ...]
"""The sort key of an event."""


class NewestEvents(NamedTuple):
    """The events of one user that are kept.

    Attributes:
        events: The newest events, in time order.
        dropped: How many older events were left out.
        engaged_before: The items that the user engaged with in the events left out.
        repeated: How many events were left out because another one equals them.
    """

    events: list[Event]
    dropped: int
    engaged_before: set[str]
    repeated: int


def newest_events(placed: Iterable[tuple[Key, Event]], limit: int) -> NewestEvents:
    """Keeps the newest events, and never holds more than these in memory. Of equal events the first by key is kept.

    With a limit, a copy of an event that is left out may count as left out, too, and which of the events at the time of
    the oldest one stay may depend on the order in which the copies come.

    Args:
        placed: The user's events in any order, each with its sort key.
        limit: How many to keep; 0 keeps all.
    """
    if not limit:
        everything = [event for _, event in sorted(placed, key=operator.itemgetter(0))]
        events = without_repeated(everything)
        return NewestEvents(events, 0, set(), len(everything) - len(events))
    kept: list[tuple[Key, int, Event]] = []
    first: dict[tuple[Hashable, ...], tuple[Key, int]] = {}
    engaged_before = set()
    dropped = repeated = 0
    for number, (key, event) in enumerate(placed):
        same = identity(event)
        if same in first:
            repeated += 1
            if first[same] < (key, number):
                continue
        first[same] = key, number
        heapq.heappush(kept, (key, number, event))
        while len(first) > limit:
            key, number, oldest = heapq.heappop(kept)
            same = identity(oldest)
            if first.get(same) != (key, number):
                continue  # Another copy, which comes before this one, has taken its place.
            del first[same]
            dropped += 1
            if oldest.is_target:
                engaged_before.add(oldest.item_id)
    events = [event for key, number, event in sorted(kept) if first.get(identity(event)) == (key, number)]
    return NewestEvents(events, dropped, engaged_before, repeated)
