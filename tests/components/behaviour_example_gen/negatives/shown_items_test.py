import pytest

from components.behaviour_example_gen.negatives.shown_items import ShownItems
from schemas.canonical_event import Event, Surface

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
EVENTS = [
    Event("u", time, surface, item_id=item, label=int(item == "c"))
    for time, surface, items in [(1, FEED, "a"), (2, FEED, "b"), (2, SEARCH, "s"), (3, FEED, "c"), (4, FEED, "bd")]
    + [(5, SEARCH, [""]), (6, FEED, "e")]
    for item in items
]


@pytest.mark.parametrize(
    ("time", "surface", "count", "items"),
    [
        # The newest first, and each once. The user engaged with c and, at another time, with d.
        (6, FEED, 9, ["e", "b", "a"]),
        (6, FEED, 2, ["e", "b"]),
        # Nothing of later. What was shown together with the target counts: the user passed it by.
        (4, FEED, 9, ["b", "a"]),
        (0, FEED, 9, []),
        (6, SEARCH, 9, ["s"]),
    ],
)
def test_what_was_passed_by_on_the_surface_up_to_the_moment(time, surface, count, items):
    target = Event("u", time, surface, item_id="x")
    assert ShownItems(EVENTS, engaged={"c", "d"}).newest(target, count) == items
