"""What the page asks about the log. No model is asked."""

import pytest

from schemas.canonical_event import Surface
from serving.shop_log.event_log import EventLog
from tests.support.explored_shop import DAY, MARKUP

MUG = {"item_id": "b1", "title": "Blue mug"}
FEED_EVENT = {"surface": "recommendation", "query": "", "items": [MUG], "time": 0}
CLOCK, RIBBON = {"item_id": "c1", "title": "Copper clock"}, {"item_id": "d1", "title": "Dotted ribbon"}
SEARCH_EVENT = {"surface": "search", "query": "clock", "items": [CLOCK, RIBBON], "time": DAY}


@pytest.fixture(scope="module")
def page(page_of_log):
    return page_of_log()


def test_what_there_is_to_begin_with(page, page_of_log):
    served = {"model": "shop", "address": "127.0.0.1:9"}
    assert page.get("/api/start").json() == {
        "surfaces": [{"surface": "recommendation"} | served, {"surface": "search"} | served],
        "absent": {},
        "log": {"users": 3, "items": 8, "categories": 5},
        "opening": {"user": "7", "query": "clock", "held_out": 1},
    }
    assert page_of_log(log=EventLog(), surfaces=(Surface.SEARCH,)).get("/api/start").json() == {
        "surfaces": [{"surface": "search"} | served],
        "absent": {},
        "log": {"users": 0, "items": 0, "categories": 0},
        "opening": None,
    }


USER_7, USER_8, USER_9 = ({"user_id": user, "events": events} for user, events in (("7", 3), ("8", 1), ("9", 0)))
LAMP = {
    "item_id": "a1", "title": "Amber lamp", "categories": ["Light", "Lamps"], "attributes": {"brand": "Acme"},
    "is_in_log": True, "events": 1, "popularity": 1, "items": 8,
}  # fmt: skip
KNOWN, UNKNOWN = {"is_known": True, "untold": 0}, {"is_known": False, "untold": 0}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("users", {"users": [USER_7, USER_8, USER_9]}),
        ("items?text=LAMP", {"items": [{"item_id": "a1", "title": "Amber lamp", "events": 1}]}),
        ("queries", {"queries": [{"query": "clock", "events": 2}, {"query": MARKUP, "events": 1}]}),
        ("categories?text=MUGS", {"categories": [{"names": ["Table", "Mugs"], "items": 1}]}),
        ("item?item=a1", LAMP),
        ("history?user=7", KNOWN | {"history": [FEED_EVENT, SEARCH_EVENT], "next": []}),
        ("history?user=7&held_out=1", KNOWN | {"history": [FEED_EVENT], "next": [SEARCH_EVENT]}),
        ("history?user=nobody", UNKNOWN | {"history": [], "next": []}),
    ],
)
def test_what_is_typed_or_asked_for(page, path, answer):
    assert page.get(f"/api/{path}").json() == answer


def test_a_number_of_events_that_is_no_number(page):
    refused = page.get("/api/history?user=7&held_out=x")
    assert (refused.status_code, refused.json()) == (400, {"error": "held_out should be a whole number"})
