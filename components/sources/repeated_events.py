"""The same event in two rows: a log that was shipped twice, or a pattern that matches a file and its copy.

Real repetitions differ in time, and stay.
"""

import hashlib
import operator
from collections.abc import Hashable, Iterable
from typing import Final

from schemas.canonical_event import Event

_MOMENT_AND_ITEM: Final = operator.attrgetter("position", "timestamp_ms", "item_id", "query")


def identity(event: Event) -> tuple[Hashable, ...]:
    """All that an event says. Two rows with the same identity are one event."""
    return (
        event.user_id,
        event.timestamp_ms,
        event.surface.value,
        event.query,
        event.session_id,
        event.item_id,
        event.label,
        tuple(event.context.items()),
        event.position,
        event.split,
        event.weight,
        event.place,
    )


def digest(event: Event) -> bytes:
    """The identity in eight bytes, the same in every process."""
    return hashlib.blake2b(repr(identity(event)).encode(), digest_size=8).digest()


def without_repeated(events: Iterable[Event]) -> list[Event]:
    """Leaves out events that an earlier one equals.

    Args:
        events: One user's events, in their order, so that equal ones stand at the same time.
    """
    events = list(events)
    if len(set(map(_MOMENT_AND_ITEM, events))) == len(events):
        return events  # As nearly always. To find that out takes less time than to tell why events differ.
    kept: list[Event] = []
    seen: set[tuple[Hashable, ...]] = set()
    for event in events:
        if not kept or kept[-1].timestamp_ms != event.timestamp_ms or kept[-1].position != event.position:
            # Most events are alone at their time, and need no comparison.
            seen.clear()
        elif not seen:
            seen.add(identity(kept[-1]))
        if seen:
            known = len(seen)
            seen.add(identity(event))
            if len(seen) == known:
                continue
        kept.append(event)
    return kept
