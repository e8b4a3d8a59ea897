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
    assert newest_events(iter(rows), limit) == ((EVENTS[3:], 3, {"a", "c"}) if limit == 2 else (EVENTS, 0, set()))
    # Events of one key are not compared.
    assert newest_events([((1,), EVENTS[0]), ((1,), EVENTS[2]), ((1,), EVENTS[4])], limit=1).dropped == 2
