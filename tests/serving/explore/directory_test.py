from collections import Counter

import pytest

from schemas.canonical_event import Item
from serving.event_log import EventLog
from serving.explore.directory import MOST_FOUND, Directory, FoundItem, FoundUser


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
