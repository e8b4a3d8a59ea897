import pickle

import pytest
from apache_beam.coders import registry
from apache_beam.typehints import Tuple

from components.sources.event_coder import EventCoder
from schemas.canonical_event import Event, Surface

EVENTS = [
    Event("u", 0, Surface.RECOMMENDATION, item_id="a"),
    Event("ü", 1_684_741_000_123, Surface.SEARCH, "red\tmug\n", "s\x00", "", 0, {"device": "phone", "city": ""}),
    Event("u", 5, Surface.SEARCH, "q", "s", "b", 1, {}, 7, "validation"),
]


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_comes_out_as_it_went_in(event):
    decoded = EventCoder().decode(EventCoder().encode(event))
    assert decoded == event
    assert decoded.surface is event.surface


def test_beam_uses_it_for_declared_collections():
    coder = registry.get_coder(Tuple[str, Tuple[int, int, Event]])
    placed = ("u", (3, 2**40, EVENTS[1]))
    encoded = coder.encode(placed)
    assert coder.decode(encoded) == placed
    assert EventCoder().encode(EVENTS[1]) in encoded


def test_it_is_smaller_than_the_pickled_event():
    assert len(EventCoder().encode(EVENTS[1])) < len(pickle.dumps(EVENTS[1])) / 2
