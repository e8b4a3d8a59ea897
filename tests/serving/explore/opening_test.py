from schemas.canonical_event import Event, Surface
from serving.explore.directory import FoundUser
from serving.explore.opening import MOST_HELD_OUT, Opening, opening
from serving.shop_log.event_log import EventLog


def opening_of(**histories):
    """Histories as letters: `f` a click in the feed, `s` one in a search of its own, `n` a search without a click."""
    events = {
        user: [
            Event(user, place, Surface.RECOMMENDATION, item_id="i")
            if kind == "f"
            else Event(user, place, Surface.SEARCH, f"query {place}", f"s{place}", "i" if kind == "s" else "")
            for place, kind in enumerate(history)
        ]
        for user, history in histories.items()
    }
    users = [FoundUser(user, len(history)) for user, history in histories.items()]
    return opening(EventLog(events=events), users, items_per_session=5)


def test_the_newest_events_with_a_click_on_both_surfaces_are_held_out():
    assert opening_of(a="ffssf") == Opening("a", "query 3", 2)
    assert opening_of(a="fsffn") == Opening("a", "query 4", 4)


def test_a_later_user_who_did_things_on_both_is_preferred():
    assert opening_of(a="ffffff", b="ffs", c="fffs") == Opening("b", "query 2", 2)


def test_where_nobody_did_the_first_user_is_taken_and_something_is_told():
    assert opening_of(a="fff", b="sss") == Opening("a", "", 2)
    assert opening_of(a="fs") == Opening("a", "query 1", 1)
    assert opening_of(a="s") == Opening("a", "query 0", 0)
    assert opening_of(a="") == Opening("a", "", 0)


def test_no_more_is_held_out_than_can_be_looked_through():
    assert opening_of(a="ffs" + "f" * MOST_HELD_OUT) == Opening("a", "query 2", MOST_HELD_OUT)


def test_nobody():
    assert opening_of() is None
