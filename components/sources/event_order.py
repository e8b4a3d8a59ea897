"""Defines the order of a user's events, for the pipeline's examples and for the histories of requests alike."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.canonical_event import Event

EventPlace = tuple[int, int, int, int, int, str]
"""Position, timestamp_ms, file, line, element, item. Events are sorted by the source's own position if it has one, else
by time. Events with equal times keep the order of the source."""


def event_place(file: int, line: int, event: Event) -> EventPlace:
    """The sort key of an event.

    Args:
        file: The index of the event's file among the source's paths.
        line: Its line in that file.
        event: The event.
    """
    return event.position, event.timestamp_ms, file, line, event.element, event.item_id


def event_places(
    files: Iterable[int], lines: Iterable[int], fields: Mapping[str, Iterable[Any]]
) -> Iterator[EventPlace]:
    """The sort keys of many events.

    Args:
        files: The index of each event's file.
        lines: Its line in that file.
        fields: Name of each field of `Event` to the values of all events.
    """
    return zip(
        fields["position"], fields["timestamp_ms"], files, lines, fields["element"], fields["item_id"], strict=True
    )
