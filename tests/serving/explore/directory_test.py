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


def test_users_with_most_events_first_and_before_all_those_whose_name_begins_so(directory):
    seventy, seventeen, zoe = FoundUser("70", 5), FoundUser("17", 2), FoundUser("Zoë", 2)
    assert directory.users("") == [seventy, seventeen, zoe, FoundUser("nobody", 0)]
    assert directory.users("7") == [seventy, seventeen]
    assert directory.users("zO") == [zoe]
    assert directory.users("x") == []


def test_items_that_hold_all_words_most_popular_first(directory):
    assert directory.items("RED") == [FoundItem("2", "Large red lamp", 3), FoundItem("1", "Red Mug", 0)]
    assert directory.items("mug red") == [FoundItem("1", "Red Mug", 0)]
    assert directory.items("3") == [FoundItem("3", "3", 0)]


def test_no_more_than_can_be_looked_through():
    many = Directory(EventLog({str(n): Item(str(n)) for n in range(99)}, user_counts=Counter(map(str, range(99)))))
    assert len(many.users("")) == len(many.items("")) == MOST_FOUND
    assert many.user_count == 99


def test_queries_most_frequent_first():
    typed = ["red mug", "mug", "mug", "Mugs", "lamp", ""]
    events = [Event("7", time, Surface.SEARCH, query) for time, query in enumerate(typed)]
    found = Directory(EventLog(events={"7": events})).queries
    assert found("") == [FoundQuery("mug", 2), FoundQuery("Mugs", 1), FoundQuery("lamp", 1), FoundQuery("red mug", 1)]
    assert found("MUG") == [FoundQuery("mug", 2), FoundQuery("Mugs", 1), FoundQuery("red mug", 1)]


def test_categories_on_all_levels_largest_first():
    items = [("Home", "Mugs"), ("Home", "Lamps"), ("Garden",), (), ("Home", "Mugs")]
    directory = Directory(EventLog({str(place): Item(str(place), "", names) for place, names in enumerate(items)}))
    home, mugs = FoundCategory(("Home",), 3), FoundCategory(("Home", "Mugs"), 2)
    garden, lamps = FoundCategory(("Garden",), 1), FoundCategory(("Home", "Lamps"), 1)
    assert directory.categories("") == [home, mugs, garden, lamps]
    assert directory.categories("home lamp") == [lamps]
    assert directory.category_count == 4
