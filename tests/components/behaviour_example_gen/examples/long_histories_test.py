import itertools
import random

import pytest

from components.behaviour_example_gen.examples.long_histories import newest_events
from schemas.canonical_event import Event, Surface

EVENTS = [
    Event("u", time, Surface.RECOMMENDATION, item_id=item, label=label)
    for time, (item, label) in enumerate([("a", 1), ("b", 0), ("c", 1), ("a", 1), ("d", 1)])
]


# Of the three oldest, b was only shown. Without need nothing is left out.
@pytest.mark.parametrize("limit", [2, 0, 5, 6])
@pytest.mark.parametrize("seed", range(5))
def test_the_newest_are_kept_in_their_order_whatever_order_they_come_in(limit, seed):
    rows = [((event.timestamp_ms,), event) for event in EVENTS]
    random.Random(seed).shuffle(rows)
    assert newest_events(iter(rows), limit) == ((EVENTS[3:], 3, {"a", "c"}, 0) if limit == 2 else (EVENTS, 0, set(), 0))
    # Events of one key are not compared.
    assert newest_events([((1,), EVENTS[0]), ((1,), EVENTS[2]), ((1,), EVENTS[4])], limit=1).dropped == 2


@pytest.mark.parametrize(("limit", "kept", "dropped"), [(0, 5, 0), (5, 5, 0), (2, 2, 3)])
@pytest.mark.parametrize("seed", range(20))
def test_a_log_that_was_shipped_twice_is_a_log(limit, kept, dropped, seed):
    # The copies stand in another file; b also stands there at another time, and this is a repetition.
    rows = [((event.timestamp_ms, file), event) for file in (0, 1) for event in EVENTS]
    random.Random(seed).shuffle(rows)
    found = newest_events(iter(rows), limit)
    assert found.events == EVENTS[-kept:]
    assert found.engaged_before == ({"a", "c"} if dropped else set())
    # A copy of what is left out counts as left out or as repeated, as it comes.
    assert found.dropped >= dropped and found.dropped + found.repeated == 10 - kept
    if not dropped:
        assert found.repeated == 5


def test_of_equal_events_at_one_time_the_first_gives_the_place():
    one, other = (Event("u", 5, Surface.RECOMMENDATION, item_id=item) for item in "ab")
    rows = [((5, 3), one), ((5, 2), other), ((5, 1), one)]
    for order in itertools.permutations(rows):
        for limit in (0, 2, 3):
            assert newest_events(order, limit).events == [one, other]
