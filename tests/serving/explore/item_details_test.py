from collections import Counter

from schemas.canonical_event import Item
from serving.explore.item_details import ItemDetails, item_details
from serving.shop_log.event_log import EventLog

MUG = Item(
    "1", "Red mug", ("Home", "Mugs"), {"brand": "Acme", "colour": ""}, numbers={"price": 1234567.5, "stars": 4.0}
)
LOG = EventLog({"1": MUG, "2": Item("2"), "3": Item("3"), "4": Item("4")}, Counter({"2": 5, "1": 2, "3": 2}))


def test_all_that_is_known_and_nothing_that_is_empty():
    known = {"brand": "Acme", "price": "1234567.5", "stars": "4"}
    assert item_details(LOG, "1") == ItemDetails("1", "Red mug", ("Home", "Mugs"), known, True, 2, 2, 4)


def test_items_with_as_many_events_share_a_place():
    assert [item_details(LOG, item_id).popularity for item_id in "2134"] == [1, 2, 2, 4]


def test_an_item_that_the_log_does_not_know():
    assert item_details(LOG, "9") == ItemDetails("9", "", (), {}, False, 0, 4, 4)
