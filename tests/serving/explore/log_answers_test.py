"""What the page asks about the log. No model is asked."""

import pytest
from starlette.testclient import TestClient

from schemas.canonical_event import Surface
from serving.explore.app import explore_app
from serving.shop_log.event_log import EventLog
from tests.support.explored_shop import DAY, MARKUP, explored_at


def page_with(**given):
    with explored_at("127.0.0.1:9", **given) as explored:
        return TestClient(explore_app(explored), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def page():
    return page_with()


def test_what_there_is_to_begin_with(page):
    served = {"model": "shop", "address": "127.0.0.1:9"}
    assert page.get("/api/start").json() == {
        "surfaces": [{"surface": "recommendation"} | served, {"surface": "search"} | served],
        "log": {"users": 3, "items": 8, "categories": 5},
        "opening": {"user": "7", "query": "clock", "held_out": 1},
    }


def test_an_empty_log_and_a_model_of_one_surface():
    told = page_with(log=EventLog(), surfaces=(Surface.SEARCH,)).get("/api/start").json()
    assert [each["surface"] for each in told["surfaces"]] == ["search"]
    assert (told["log"], told["opening"]) == ({"users": 0, "items": 0, "categories": 0}, None)


def test_queries_and_categories_by_what_is_typed(page):
    assert page.get("/api/queries").json()["queries"] == [
        {"query": "clock", "events": 2}, {"query": MARKUP, "events": 1}
    ]  # fmt: skip
    assert page.get("/api/categories?text=MUGS").json()["categories"] == [{"names": ["Table", "Mugs"], "items": 1}]


def test_an_item(page):
    assert page.get("/api/item?item=a1").json() == {
        "item_id": "a1", "title": "Amber lamp", "categories": ["Light", "Lamps"], "attributes": {"brand": "Acme"},
        "is_in_log": True, "events": 1, "popularity": 1, "items": 8,
    }  # fmt: skip


def test_the_newest_events_apart(page):
    told = page.get("/api/history?user=7&held_out=1").json()
    assert [[each["query"], each["time"]] for each in told["history"]] == [["", 0]]
    assert [[each["query"], each["time"]] for each in told["next"]] == [["clock", DAY]]
    refused = page.get("/api/history?user=7&held_out=x")
    assert (refused.status_code, refused.json()) == (400, {"error": "held_out should be a whole number"})


def test_users_and_items_by_what_is_typed(page):
    users = page.get("/api/users").json()["users"]
    assert users == [{"user_id": "7", "events": 3}, {"user_id": "8", "events": 1}, {"user_id": "9", "events": 0}]
    assert page.get("/api/items?text=LAMP").json()["items"] == [{"item_id": "a1", "title": "Amber lamp", "events": 1}]


def test_a_history_with_times_and_titles(page):
    told = page.get("/api/history?user=7").json()
    assert told == {
        "is_known": True,
        "untold": 0,
        "next": [],
        "history": [
            {
                "surface": "recommendation",
                "query": "",
                "items": [{"item_id": "b1", "title": "Blue mug"}],
                "time": 0,
            },
            {
                "surface": "search",
                "query": "clock",
                "items": [
                    {"item_id": "c1", "title": "Copper clock"},
                    {"item_id": "d1", "title": "Dotted ribbon"},
                ],
                "time": DAY,
            },
        ],
    }
    assert page.get("/api/history?user=nobody").json() == {
        "is_known": False, "untold": 0, "history": [], "next": []
    }  # fmt: skip
