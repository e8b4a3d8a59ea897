"""Everything that a log knows about one item."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.canonical_event import Item
from serving.shop_log.event_log import EventLog


@dataclass(frozen=True)
class ItemDetails:
    """An item, as the page shows its details.

    Attributes:
        item_id: The item's id.
        title: The item's title; empty if none is known.
        categories: The item's category, as names from broad to narrow.
        attributes: The item's other values and numbers by name, without empty ones.
        is_in_log: Whether the log has the item at all.
        events: How many times users engaged with the item.
        popularity: The item's rank by `events`, from 1. Items with the same number of events share a rank.
        items: How many items the log has.
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
    """Looks an item up. An item that the log does not know has no title and no events."""
    item = log.items.get(item_id, Item(item_id))
    events = log.item_counts[item_id]
    numbers = {name: f"{number:.12g}" for name, number in item.numbers.items()}
    more_popular = sum(1 for other in log.item_counts.values() if other > events)
    return ItemDetails(
        item_id,
        item.title,
        item.categories,
        {name: value for name, value in item.attributes.items() if value} | numbers,
        item_id in log.items,
        events,
        more_popular + 1,
        len(log.items),
    )
