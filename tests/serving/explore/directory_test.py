from collections import Counter

import pytest

from schemas.canonical_event import Event, Item, Surface
from serving.explore.directory import MOST_FOUND, Directory, FoundCategory, FoundItem, FoundQuery, FoundUser
from serving.shop_log.event_log import EventLog


@pytest.fixture
def directory():
    items = {"1": Item("1", "Red Mug"), "2": Item("2", "Large red lamp"), "3": Item("3")}
    users = Counter({"17": 2, "70": 5, "Zoë": 2})
    return Directory(EventLog(items, Counter({"2": 3}), users, events={"17": [], "nobody": []}))


def ids(found):
    return [user.user_id for user in found]


def test_users_with_most_events_first(directory):
    assert directory.users("") == [
        FoundUser("70", 5), FoundUser("17", 2), FoundUser("Zoë", 2), FoundUser("nobody", 0),
    ]  # fmt: skip


def test_users_whose_name_begins_so_come_first(directory):
    assert ids(directory.users("7")) == ["70", "17"]
    assert ids(directory.users("zO")) == ["Zoë"]
    assert directory.users("x") == []


def test_items_that_hold_all_words_most_popular_first(directory):
    assert directory.items("RED") == [FoundItem("2", "Large red lamp", 3), FoundItem("1", "Red Mug", 0)]
    assert [item.item_id for item in directory.items("mug red")] == ["1"]
    assert [(item.item_id, item.title) for item in directory.items("3")] == [("3", "3")]


def test_no_more_than_can_be_looked_through():
    many = Directory(EventLog({str(n): Item(str(n)) for n in range(99)}, user_counts=Counter(map(str, range(99)))))
    assert len(many.users("")) == len(many.items("")) == MOST_FOUND
    assert many.user_count == 99


def test_queries_most_frequent_first():
    typed = ["red mug", "mug", "mug", "Mugs", "lamp", ""]
    events = [Event("7", time, Surface.SEARCH, query) for time, query in enumerate(typed)]
    found = Directory(EventLog(events={"7": events})).queries
    assert found("") == [FoundQuery("mug", 2), FoundQuery("Mugs", 1), FoundQuery("lamp", 1), FoundQuery("red mug", 1)]
    assert [query.query for query in found("MUG")] == ["mug", "Mugs", "red mug"]


def test_categories_on_all_levels_largest_first():
    items = [("Home", "Mugs"), ("Home", "Lamps"), ("Garden",), (), ("Home", "Mugs")]
    directory = Directory(EventLog({str(place): Item(str(place), "", names) for place, names in enumerate(items)}))
    assert directory.categories("") == [
        FoundCategory(("Home",), 3),
        FoundCategory(("Home", "Mugs"), 2),
        FoundCategory(("Garden",), 1),
        FoundCategory(("Home", "Lamps"), 1),
    ]
    assert [found.names for found in directory.categories("home lamp")] == [("Home", "Lamps")]
    assert directory.category_count == 4
