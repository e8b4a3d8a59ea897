"""Searches a log for users, queries, items and categories by a part of their names, most frequent first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from serving.shop_log.event_log import EventLog

MOST_FOUND = 20


@dataclass(frozen=True)
class FoundUser:
    """A user, and how many times the user engaged with an item."""

    user_id: str
    events: int


@dataclass(frozen=True)
class FoundQuery:
    """A query, and how many events of the log have it."""

    query: str
    events: int


@dataclass(frozen=True)
class FoundItem:
    """An item, and how many times users engaged with it."""

    item_id: str
    title: str
    events: int


@dataclass(frozen=True)
class FoundCategory:
    """A category as its names from broad to narrow, and how many items it has."""

    names: tuple[str, ...]
    items: int


class Directory:
    """Finds at most `MOST_FOUND` names that contain a text, in upper or lower case. An empty text is in all names.

    Args:
        log: The log. Events that are added later are not found.
    """

    def __init__(self, log: EventLog):
        users = {user_id: log.user_counts[user_id] for user_id in log.events} | log.user_counts
        self._users = [(FoundUser(user_id, count), user_id.casefold()) for user_id, count in _most_first(users.items())]
        typed = Counter(event.query for events in log.events.values() for event in events if event.query)
        self._queries = [(FoundQuery(query, count), query.casefold()) for query, count in _most_first(typed.items())]
        self._items = [
            (FoundItem(item_id, log.title(item_id), count), f"{item_id} {log.title(item_id)}".casefold())
            for item_id, count in _most_first((item_id, log.item_counts[item_id]) for item_id in log.items)
        ]
        sizes: Counter[tuple[str, ...]] = Counter()
        for item in log.items.values():
            sizes.update(item.categories[:level] for level in range(1, len(item.categories) + 1))
        by_size = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))
        self._categories = [(FoundCategory(names, count), " ".join(names).casefold()) for names, count in by_size]

    @property
    def user_count(self) -> int:
        """How many users there are."""
        return len(self._users)

    @property
    def category_count(self) -> int:
        """How many categories there are, on all levels."""
        return len(self._categories)

    def users(self, text: str) -> list[FoundUser]:
        """Users whose id begins with a text, then users whose id contains it."""
        return _beginning_or_holding(self._users, text)

    def queries(self, text: str) -> list[FoundQuery]:
        """Queries that begin with a text, then queries that contain it."""
        return _beginning_or_holding(self._queries, text)

    def items(self, text: str) -> list[FoundItem]:
        """Items whose id or title contains every word of a text."""
        return _holding_words(self._items, text)

    def categories(self, text: str) -> list[FoundCategory]:
        """Categories whose names contain every word of a text, largest first."""
        return _holding_words(self._categories, text)


def _beginning_or_holding(named: Sequence[tuple], text: str) -> list:
    """Stops as soon as it has found enough."""
    wanted = text.casefold()
    begins = (found for found, name in named if name.startswith(wanted))
    holds: Iterator = (found for found, name in named if wanted in name[1:] and not name.startswith(wanted))
    return list(islice(chain(begins, holds), MOST_FOUND))


def _holding_words(named: Iterable[tuple], text: str) -> list:
    words = text.casefold().split()
    return list(islice((found for found, name in named if all(word in name for word in words)), MOST_FOUND))


def _most_first(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda each: (-each[1], each[0]))
