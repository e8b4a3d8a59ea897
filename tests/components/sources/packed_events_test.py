import random

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that

from components.sources.packed_events import PackEvents, pack, packed_by, unpack
from schemas.canonical_event import Event, Surface

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
PLACED = [
    (3, 2**40, Event("u", 0, FEED, item_id="a")),
    (0, 1, Event("ü", 1_684_741_000_123, SEARCH, "red\tmug\n", "s\x00", "", 0, {"device": "phone", "city": ""})),
    (0, 1, Event("u", 5, SEARCH, "q", "s", "b", 1, {}, 7, "validation", 2)),
]


@pytest.mark.parametrize("placed", [PLACED, PLACED[:1], []])
def test_events_come_out_as_they_went_in(placed):
    found = list(unpack([pack(placed)]))
    assert found == placed
    assert all(event.surface in (FEED, SEARCH) and type(event.context) is dict for _, _, event in found)
    assert list(unpack([pack(placed), pack(PLACED[1:])])) == [*placed, *PLACED[1:]]


def test_no_more_events_are_held_than_allowed_and_each_is_passed_on_once():
    packing = PackEvents(lambda event: event.user_id, held=3)
    packing.start_bundle()
    passed = [packing.process((0, line, Event(user, line, FEED))) or () for line, user in enumerate("aabbc")]
    assert [[key for key, _ in packs] for packs in passed] == [[], [], ["a", "b"], [], []]
    rest = [each.value for each in packing.finish_bundle()]
    lines = [(key, [line for _, line, _ in unpack([packed])]) for key, packed in (*passed[2], *rest)]
    assert lines == [("a", [0, 1]), ("b", [2]), ("b", [3]), ("c", [4])]
    packing.start_bundle()
    assert list(packing.finish_bundle()) == [], "a bundle begins with nothing"


def test_in_a_pipeline_all_events_of_a_key_meet():
    events = [(0, line, Event(f"u{line % 7}", line, FEED, item_id=f"i{line % 3}")) for line in range(100)]
    random.Random(0).shuffle(events)
    wanted = {f"i{item}": sorted(line for line in range(100) if line % 3 == item) for item in range(3)}

    def check(grouped):
        assert {key: sorted(line for _, line, _ in unpack(packs)) for key, packs in grouped} == wanted

    with beam.Pipeline() as pipeline:
        grouped = pipeline | beam.Create(events) | packed_by(lambda event: event.item_id) | beam.GroupByKey()
        assert_that(grouped, check)
