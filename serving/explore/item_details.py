"""All that a log knows of one item."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.canonical_event import Item
from serving.shop_log.event_log import EventLog


@dataclass(frozen=True)
class ItemDetails:
    """An item for people to look at.

    Attributes:
        item_id: Which.
        title: Its title; empty where none is known.
        categories: Names from broad to narrow.
        attributes: Further named values.
        is_in_log: Whether the log has the item at all.
        events: How often users engaged with it.
        popularity: Its place among all items by that, from 1; items with as many events share one.
        items: How many items there are.
    """

    item_id: str
    title: str
    categories: tuple[str, ...]
    attributes: Mapping[str, str]
    is_in_log: bool
    events: int
    popularity: int
    items: int


def item_details(log: EventLog, item_id: str) -> ItemDetails:
    """Looks an item up; one that the log does not know has no title and no events."""
    item = log.items.get(item_id, Item(item_id))
    events = log.item_counts[item_id]
    more_popular = sum(1 for other in log.item_counts.values() if other > events)
    return ItemDetails(
        item_id,
        item.title,
        item.categories,
        {name: value for name, value in item.attributes.items() if value},
        item_id in log.items,
        events,
        more_popular + 1,
        len(log.items),
    )
