"""Finds the items that a user was shown and did not engage with."""

import bisect
from collections.abc import Collection, Iterable

from schemas.canonical_event import Event, Surface


class ShownItems:
    """The items that one user was shown and passed by.

    Args:
        events: All events of the user, in time order.
        engaged: The items that the user engaged with at any time. They do not count as passed by.
    """

    def __init__(self, events: Iterable[Event], engaged: Collection[str]):
        self._moments: dict[Surface, list[int]] = {surface: [] for surface in Surface}
        self._items: dict[Surface, list[str]] = {surface: [] for surface in Surface}
        for event in events:
            if event.label == 0 and event.item_id and event.item_id not in engaged:
                self._moments[event.surface].append(event.timestamp_ms)
                self._items[event.surface].append(event.item_id)

    def newest(self, target: Event, count: int) -> list[str]:
        """The last `count` different items shown on the target's surface up to the target's moment, newest first."""
        end = bisect.bisect_right(self._moments[target.surface], target.timestamp_ms)
        found: dict[str, None] = {}
        for item in reversed(self._items[target.surface][:end]):
            if len(found) == count:
                break
            found[item] = None
        return list(found)
