import operator

from components.sources.event_order import event_place, event_places
from schemas.canonical_event import Event, Surface


def event(item, time=0, position=0, element=0):
    return Event("u", time, Surface.RECOMMENDATION, item_id=item, position=position, element=element)


def test_the_sources_own_numbers_come_first_then_time_then_file_and_line():
    in_order = [
        event_place(1, 9, event("a", time=9, position=1)),
        event_place(1, 9, event("b", time=1, position=2)),
        event_place(1, 9, event("c", time=2, position=2)),
        event_place(2, 1, event("d", time=2, position=2)),
        event_place(2, 3, event("e", time=2, position=2)),
        # A row of several items.
        event_place(2, 3, event("f", time=2, position=2)),
        event_place(2, 3, event("a", time=2, position=2, element=1)),
    ]
    assert sorted(reversed(in_order)) == in_order


def test_many_are_placed_as_each_is():
    events = [event("a", time=9, position=1), event("b", time=2, element=3)]
    names = ("position", "timestamp_ms", "element", "item_id", "query")
    fields = {name: list(map(operator.attrgetter(name), events)) for name in names}
    assert list(event_places([4, 5], [6, 7], fields)) == [event_place(4, 6, events[0]), event_place(5, 7, events[1])]
