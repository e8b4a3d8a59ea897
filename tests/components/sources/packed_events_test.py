import random

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that

from components.sources.event_batch import EventBatch
from components.sources.event_order import event_place
from components.sources.packed_events import PackEvents, pack, packed_by, unpack
from schemas.canonical_event import Event, Surface

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
PLACED = [
    (3, 2**40, Event("u", 0, FEED, item_id="a")),
    (0, 1, Event("ü", 1_684_741_000_123, SEARCH, "red\tmug\n", "s\x00", "", 0, {"device": "phone", "city": ""})),
    (0, 1, Event("u", 5, SEARCH, "q", "s", "b", 1, {}, 7, "validation", 2)),
]


def with_order(placed):
    return [(event_place(file, line, event), event) for file, line, event in placed]


def lines(packs):
    return [place[3] for place, _ in unpack(packs)]


@pytest.mark.parametrize("placed", [PLACED, PLACED[:1], [PLACED[1]] * 3, []])
def test_events_come_out_as_they_went_in(placed):
    found = list(unpack([pack(placed)]))
    assert found == with_order(placed)
    assert all(event.surface in (FEED, SEARCH) and type(event.context) is dict for _, event in found)
    assert [repr(event) for _, event in found] == [repr(event) for _, _, event in placed]
    assert list(unpack([pack(placed), pack(PLACED[1:])])) == with_order([*placed, *PLACED[1:]])


def test_no_more_events_are_held_than_allowed_and_each_is_passed_on_once():
    packing = PackEvents("user_id", held=3)
    packing.start_bundle()
    passed = [packing.process((0, line, Event(user, line, FEED))) or () for line, user in enumerate("aabbc")]
    assert [[key for key, _ in packs] for packs in passed] == [[], [], ["a", "b"], [], []]
    rest = [each.value for each in packing.finish_bundle()]
    found = [(key, lines([packed])) for key, packed in (*passed[2], *rest)]
    assert found == [("a", [0, 1]), ("b", [2]), ("b", [3]), ("c", [4])]
    packing.start_bundle()
    assert list(packing.finish_bundle()) == [], "a bundle begins with nothing"


def batch(users, first_time=0):
    """Events of these users, one after the other, each with its time as the item."""
    times = range(first_time, first_time + len(users))
    same = [[FEED], [""], [""], [1], [{}], [1.0], [0]]
    surface, query, session, label, *others = ([*each] * len(users) for each in same)
    return EventBatch(list(users), times, surface, query, session, list(map(str, times)), label, *others)


@pytest.mark.parametrize("users", ["aabbc", "abcab", "c", "ba" * 5])
def test_batches_are_packed_like_their_events(users):
    """One batch, two of them, and a batch between single events."""
    events = [(7, 10 + time, Event(user, time, FEED, item_id=str(time))) for time, user in enumerate(users)]
    wanted = {user: [event for event in events if event[2].user_id == user] for user in dict.fromkeys(users)}
    half = len(users) // 2
    batches = [(7, 10, batch(users))], [(7, 10, batch(users[:half])), (7, 10 + half, batch(users[half:], half))]
    for elements in (*batches, [*events[:1], (7, 11, batch(users[1:], 1))]):
        packing = PackEvents("user_id")
        packing.start_bundle()
        assert not any(packing.process(element) for element in elements if len(element[2:]))
        found = {}
        packs = [each.value for each in packing.finish_bundle()]
        for key, packed in packs:
            found[key] = [*found.get(key, ()), *unpack([packed])]
        assert {key: sorted(placed) for key, placed in found.items()} == {
            key: with_order(placed) for key, placed in wanted.items()
        }
        if elements is batches[0]:
            assert [key for key, _ in packs] == list(wanted), "one pack a user, in the order of the log"


def test_batches_count_as_many_as_they_hold():
    packing = PackEvents("user_id", held=3)
    packing.start_bundle()
    assert packing.process((0, 1, batch("ab"))) is None
    assert [key for key, _ in packing.process((0, 3, batch("b", 2)))] == ["a", "b"]
    assert list(packing.finish_bundle()) == []


def test_in_a_pipeline_all_events_of_a_key_meet():
    events = [(0, line, Event(f"u{line % 7}", line, FEED, item_id=f"i{line % 3}")) for line in range(100)]
    random.Random(0).shuffle(events)
    wanted = {f"i{item}": sorted(line for line in range(100) if line % 3 == item) for item in range(3)}

    def check(grouped):
        assert {key: sorted(lines(packs)) for key, packs in grouped} == wanted

    with beam.Pipeline() as pipeline:
        grouped = pipeline | beam.Create(events) | packed_by("item_id") | beam.GroupByKey()
        assert_that(grouped, check)
