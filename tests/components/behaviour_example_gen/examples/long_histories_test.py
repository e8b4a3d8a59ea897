import random

import pytest

from components.behaviour_example_gen.examples.long_histories import newest_events
from schemas.canonical_event import Event, Surface

EVENTS = [
    Event("u", time, Surface.RECOMMENDATION, item_id=item, label=label)
    for time, (item, label) in enumerate([("a", 1), ("b", 0), ("c", 1), ("a", 1), ("d", 1)])
]


def placed(seed):
    rows = [((event.timestamp_ms,), event) for event in EVENTS]
    random.Random(seed).shuffle(rows)
    return iter(rows)


@pytest.mark.parametrize("seed", range(5))
def test_the_newest_are_kept_in_their_order_whatever_order_they_come_in(seed):
    kept = newest_events(placed(seed), limit=2)
    assert (kept.events, kept.dropped) == (EVENTS[3:], 3)
    # b was only shown.
    assert kept.engaged_before == {"a", "c"}


@pytest.mark.parametrize("limit", [0, 5, 6])
def test_without_need_nothing_is_left_out(limit):
    assert newest_events(placed(0), limit) == (EVENTS, 0, set())


def test_events_of_one_key_are_no_matter_of_comparing_events():
    assert newest_events([((1,), EVENTS[0]), ((1,), EVENTS[2]), ((1,), EVENTS[4])], limit=1).dropped == 2
