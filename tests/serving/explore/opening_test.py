import pytest

from schemas.canonical_event import Event, Surface
from serving.explore.directory import FoundUser
from serving.explore.opening import MOST_HELD_OUT, Opening, opening
from serving.shop_log.event_log import EventLog


def event(user, place, kind):
    if kind == "f":
        return Event(user, place, Surface.RECOMMENDATION, item_id="i")
    return Event(user, place, Surface.SEARCH, f"query {place}", f"s{place}", "i" if kind == "s" else "")


@pytest.mark.parametrize(
    ("histories", "expected"),
    [
        # The newest events with a click on both surfaces are held out.
        ({"a": "ffssf"}, Opening("a", "query 3", 2)),
        ({"a": "fsffn"}, Opening("a", "query 4", 4)),
        # A later user who did things on both surfaces, and before, is preferred.
        ({"a": "ffffff", "b": "ffs", "c": "fffs"}, Opening("b", "query 2", 2)),
        # Where nobody did, the first user is taken, and something is told if there is anything.
        ({"a": "fff", "b": "sss"}, Opening("a", "", 2)),
        ({"a": "fs"}, Opening("a", "query 1", 1)),
        ({"a": "s"}, Opening("a", "query 0", 0)),
        ({"a": "f"}, Opening("a", "", 0)),
        ({"a": ""}, Opening("a", "", 0)),
        # No more is held out than can be looked through.
        ({"a": "ffs" + "f" * MOST_HELD_OUT}, Opening("a", "query 2", MOST_HELD_OUT)),
        ({}, None),
    ],
)
def test_whom_the_page_begins_with(histories, expected):
    """Histories as letters: `f` a click in the feed, `s` one in a search of its own, `n` a search without a click."""
    log = EventLog(
        events={user: [event(user, *each) for each in enumerate(history)] for user, history in histories.items()}
    )
    users = [FoundUser(user, len(history)) for user, history in histories.items()]
    assert opening(log, users, items_per_session=5) == expected
