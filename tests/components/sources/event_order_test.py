from components.sources.event_order import event_place
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
