"""Who is a robot: by the events of one day, in UTC, and left out with all days."""

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from components.sources.robot_filter import COUNTS, ROBOT_EVENTS, ROBOTS, LeaveOutRobots
from schemas.canonical_event import Event, Surface
from tests.support.raw_files import make_pipeline

HOUR = 3_600_000
DAYS = {
    "u1": [0, 1, 23 * HOUR, 24 * HOUR],  # Three on the first day, one on the second.
    "u2": [22 * HOUR, 23 * HOUR, 24 * HOUR, 25 * HOUR],  # Four in four hours, two on each day.
    "u3": [5],
}
EVENTS = [
    (0, 10 * number + place, Event(user, moment, Surface.RECOMMENDATION, item_id="a", label=place % 2))
    for number, (user, moments) in enumerate(DAYS.items())
    for place, moment in enumerate(moments)
]


@pytest.mark.parametrize(
    ("limit", "kept", "counts"),
    [
        (3, ("u1", "u2", "u3"), [(ROBOTS, 0)]),
        (2, ("u2", "u3"), [(ROBOTS, 1), (ROBOT_EVENTS, 4)]),
        (1, ("u3",), [(ROBOTS, 2), (ROBOT_EVENTS, 8)]),
    ],
)
def test_a_user_with_more_events_on_some_day_is_left_out_whole(limit, kept, counts):
    with make_pipeline() as pipeline:
        found = pipeline | beam.Create(EVENTS) | LeaveOutRobots(limit)
        assert_that(found[None], equal_to([each for each in EVENTS if each[2].user_id in kept]), label="kept")
        assert_that(found[COUNTS] | beam.CombinePerKey(sum), equal_to(counts), label="counts")


def test_a_log_that_was_shipped_twice_makes_no_robots():
    twice = [*EVENTS, *((1, line, event) for _, line, event in EVENTS)]
    with make_pipeline() as pipeline:
        found = pipeline | beam.Create(twice) | LeaveOutRobots(3)
        assert_that(found[None], equal_to(twice), label="kept")
        assert_that(found[COUNTS] | beam.CombinePerKey(sum), equal_to([(ROBOTS, 0)]), label="counts")
