"""Leaves out users who do more on one day than people do: crawlers, tests, accounts that a whole office shares."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import apache_beam as beam

from components.sources.event_coder import Placed
from components.sources.repeated_events import digest

ROBOTS: Final = "robots"
"""Users that were left out."""
ROBOT_EVENTS: Final = "robot_events"
"""Events that were left out with them."""
COUNTS: Final = "counts"
_DAY_MS: Final = 86_400_000


class LeaveOutRobots(beam.PTransform):
    """Removes all events of each user who has more than `limit` of them on some day (UTC).

    The user is left out whole, not only that day. What a crawler does on its quiet days is no behaviour either, and a
    history with a day cut out would be a false one. An event that stands in the log more than once counts once on its
    day, so that a log that was shipped twice makes no robots of people.

    Args:
        limit: The most events of a user on a day; what was only shown counts, too.

    Takes a collection of (file, line, event). Yields two collections. The main one, `None`, holds the events that stay;
    `counts` holds (name, number) of `ROBOTS` and `ROBOT_EVENTS`.
    """

    def __init__(self, limit: int):
        super().__init__()
        self._limit = limit

    def expand(self, pcoll: beam.PCollection) -> Any:
        """Adds the filter to the pipeline."""
        robots = (
            pcoll
            | "UserDays" >> beam.Map(_user_day)
            | "EachOnce" >> beam.Distinct()
            | "Days" >> beam.Keys()
            | "EventsOfDay" >> beam.combiners.Count.PerElement()
            | "TooMany" >> beam.FlatMap(_robot, self._limit)
            | "Once" >> beam.Distinct()
        )
        split = pcoll | "Split" >> beam.ParDo(_Split(), beam.pvalue.AsDict(robots)).with_outputs(COUNTS, main=None)
        users = robots | "Users" >> beam.combiners.Count.Globally() | "Named" >> beam.Map(lambda count: (ROBOTS, count))
        return {None: split[None], COUNTS: (users, split[COUNTS]) | "Counts" >> beam.Flatten()}


def _user_day(placed: Placed) -> tuple[tuple[str, int], bytes]:
    event = placed[2]
    return (event.user_id, event.timestamp_ms // _DAY_MS), digest(event)


def _robot(counted: tuple[tuple[str, int], int], limit: int) -> Iterable[tuple[str, bool]]:
    (user_id, _), events = counted
    if events > limit:
        yield user_id, True


class _Split(beam.DoFn):
    def process(self, placed: Placed, robots: Mapping[str, bool]) -> Iterator[Any]:
        if placed[2].user_id in robots:
            yield beam.pvalue.TaggedOutput(COUNTS, (ROBOT_EVENTS, 1))
        else:
            yield placed
