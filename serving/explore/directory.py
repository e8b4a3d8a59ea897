"""Users and items of a log by what is typed of their names, those that did or sold most first."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from serving.event_log import EventLog

MOST_FOUND = 20


@dataclass(frozen=True)
class FoundUser:
    """A user, and how often they engaged with anything."""

    user_id: str
    events: int


@dataclass(frozen=True)
class FoundItem:
    """An item, and how often users engaged with it."""

    item_id: str
    title: str
    events: int


class Directory:
    """Finds by a part of a name, whatever its case; an empty text finds what there is most of.

    Args:
        log: The log; what is added to it later is not found.
    """

    def __init__(self, log: EventLog):
        users = {user_id: log.user_counts[user_id] for user_id in log.events} | log.user_counts
        self._users = [FoundUser(user_id, events) for user_id, events in _most_first(users.items())]
        items = _most_first((item_id, log.item_counts[item_id]) for item_id in log.items)
        self._items = [
            (FoundItem(item_id, log.title(item_id), events), f"{item_id} {log.title(item_id)}".casefold())
            for item_id, events in items
        ]

    def users(self, text: str) -> list[FoundUser]:
        """Users whose id begins with a text, then those whose id holds it: `MOST_FOUND` at most."""
        wanted = text.casefold()
        begins = [user for user in self._users if user.user_id.casefold().startswith(wanted)]
        if len(begins) < MOST_FOUND:
            begins += [user for user in self._users if wanted in user.user_id.casefold()[1:] and user not in begins]
        return begins[:MOST_FOUND]

    def items(self, text: str) -> list[FoundItem]:
        """Items whose id or title holds every word of a text: `MOST_FOUND` at most."""
        words = text.casefold().split()
        found = (item for item, name in self._items if all(word in name for word in words))
        return list(islice(found, MOST_FOUND))


def _most_first(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda each: (-each[1], each[0]))
