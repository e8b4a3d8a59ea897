from components.behaviour_example_gen.negatives.shown_items import ShownItems
from schemas.canonical_event import Event, Surface

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH


def event(time, item, surface=FEED, label=0):
    return Event("u", time, surface, item_id=item, label=label)


EVENTS = [
    event(1, "a"),
    event(2, "b"),
    event(2, "s", SEARCH),
    event(3, "c", label=1),
    event(4, "b"),
    event(4, "d"),
    event(5, "", SEARCH),
    event(6, "e"),
]
SHOWN = ShownItems(EVENTS, engaged={"c", "d"})


def test_the_newest_first_and_each_once():
    assert SHOWN.newest(event(6, "x", label=1), 9) == ["e", "b", "a"]
    assert SHOWN.newest(event(6, "x", label=1), 2) == ["e", "b"]


def test_nothing_of_later():
    # What was shown together with the target counts: the user passed it by.
    assert SHOWN.newest(event(4, "x", label=1), 9) == ["b", "a"]
    assert SHOWN.newest(event(0, "x", label=1), 9) == []


def test_each_surface_has_its_own():
    assert SHOWN.newest(event(6, "x", SEARCH, label=1), 9) == ["s"]


def test_what_the_user_ever_engaged_with_is_not_passed_by():
    assert "d" not in SHOWN.newest(event(9, "x", label=1), 9)
