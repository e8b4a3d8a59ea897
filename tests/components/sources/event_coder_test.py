import pickle

import pytest
from apache_beam.coders import registry
from apache_beam.typehints import Tuple

from components.sources.event_coder import EventCoder
from schemas.canonical_event import Event, Surface

EVENTS = [
    Event("u", 0, Surface.RECOMMENDATION, item_id="a"),
    Event("ü", 1_684_741_000_123, Surface.SEARCH, "red\tmug\n", "s\x00", "", 0, {"device": "phone", "city": ""}),
    Event("u", 5, Surface.SEARCH, "q", "s", "b", 1, {}, 7, "validation", 2, 2.5, 9),
]


@pytest.mark.parametrize("event", EVENTS)
def test_declared_collections_hold_small_events_that_come_out_as_they_went_in(event):
    coder = registry.get_coder(Tuple[str, Tuple[int, int, Event]])
    placed = ("u", (3, 2**40, event))
    encoded = coder.encode(placed)
    assert coder.decode(encoded) == placed
    own = EventCoder().encode(event)
    assert own in encoded
    assert EventCoder().decode(own).surface is event.surface
    assert len(own) < len(pickle.dumps(event)) / 2
