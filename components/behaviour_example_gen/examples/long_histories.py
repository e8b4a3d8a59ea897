"""Limits the events of one user. A user with millions of events is a robot or a shared account."""

import heapq
from collections.abc import Iterable
from typing import Any, NamedTuple

from schemas.canonical_event import Event

Key = tuple[Any, ...]
"""The sort key of an event."""


class NewestEvents(NamedTuple):
    """The events of one user that are kept.

    Attributes:
        events: The newest events, in time order.
        dropped: How many older events were left out.
        engaged_before: The items that the user engaged with in the events left out.
    """

    events: list[Event]
    dropped: int
    engaged_before: set[str]


def newest_events(placed: Iterable[tuple[Key, Event]], limit: int) -> NewestEvents:
    """Keeps the newest events, and never holds more than these in memory.

    Args:
        placed: The user's events in any order, each with its sort key.
        limit: How many to keep; 0 keeps all.
    """
    if not limit:
        return NewestEvents([event for _, event in sorted(placed, key=lambda each: each[0])], 0, set())
    kept: list[tuple[Key, int, Event]] = []
    engaged_before = set()
    dropped = 0
    for number, (key, event) in enumerate(placed):
        entry = key, number, event
        if len(kept) < limit:
            heapq.heappush(kept, entry)
            continue
        oldest = heapq.heappushpop(kept, entry)[-1]
        dropped += 1
        if oldest.is_target:
            engaged_before.add(oldest.item_id)
    return NewestEvents([event for _, _, event in sorted(kept)], dropped, engaged_before)
