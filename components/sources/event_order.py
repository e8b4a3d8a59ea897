"""The one order of a user's events: in the examples that the pipeline cuts and in the histories of requests."""

from schemas.canonical_event import Event

EventPlace = tuple[int, int, int, int, str]
"""Position, timestamp_ms, file, line, item. So events are in the order of the source's own numbers, else of time, and
events of one time as the source has them."""


def event_place(file: int, line: int, event: Event) -> EventPlace:
    """What a user's events are sorted by.

    Args:
        file: The number of the event's file among the source's paths.
        line: Its line there.
        event: The event.
    """
    return event.position, event.timestamp_ms, file, line, event.item_id
