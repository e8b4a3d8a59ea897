"""What users did before, and the items with their titles, for whoever asks a model server.

A model server keeps no histories, so each request carries one. An application keeps histories in a store. The command
line reads them from the log files that the model was trained on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.canonical_event import Event, Item, Surface, Token, tokens


@dataclass(frozen=True)
class HistoryLimits:
    """How much of a history a model sees. Take the numbers that it was trained with.

    Attributes:
        recommendation_history: How many of the newest recommendation tokens are kept.
        search_history: How many of the newest search tokens are kept.
        items_per_session: How many of the newest clicked items are kept in each search token.
    """

    recommendation_history: int = 12
    search_history: int = 12
    items_per_session: int = 5


@dataclass
class EventLog:
    """The events of some users, and counts over all users.

    Attributes:
        items: Item id to item, for all items of the item files and all items that events name.
        item_counts: How often users engaged with each item.
        user_counts: How often each user engaged with anything.
        surface_counts: How often users engaged with an item on each surface.
        rejects: How many rows could not be used.
        events: User id to events in time order, for the users that were asked for.
    """

    items: dict[str, Item] = field(default_factory=dict)
    item_counts: Counter[str] = field(default_factory=Counter)
    user_counts: Counter[str] = field(default_factory=Counter)
    surface_counts: Counter[Surface] = field(default_factory=Counter)
    rejects: int = 0
    events: dict[str, list[Event]] = field(default_factory=dict)

    def count(self, event: Event) -> None:
        """Adds an event to the items and the counts."""
        if not event.item_id:
            return
        self.items.setdefault(event.item_id, Item(event.item_id))
        if event.label:
            self.item_counts[event.item_id] += 1
            self.user_counts[event.user_id] += 1
            self.surface_counts[event.surface] += 1

    def lacks(self, surface: Surface) -> bool:
        """Whether the log has engagements on the other surface alone, so that nothing could be learned for this one."""
        return not self.surface_counts[surface] and any(self.surface_counts.values())

    def events_of(self, user_id: str) -> Sequence[Event]:
        """Returns a user's events, oldest first; none for an unknown user."""
        return self.events.get(user_id, ())

    def history_of(self, user_id: str, limits: HistoryLimits) -> tuple[Token, ...]:
        """Returns a user's history up to now; empty for an unknown user."""
        return history(self.events_of(user_id), limits)

    def title(self, item_id: str) -> str:
        """Returns an item's title, or its id if it has no title."""
        item = self.items.get(item_id)
        return item.title if item and item.title else item_id


def history(events: Sequence[Event], limits: HistoryLimits) -> tuple[Token, ...]:
    """Turns events into the history that a request carries: the newest tokens of each surface, oldest first."""
    room = {
        Surface.RECOMMENDATION: limits.recommendation_history,
        Surface.SEARCH: limits.search_history,
    }
    kept = []
    for token in reversed(tokens(events, limits.items_per_session)):
        if room[token.surface] > 0:
            room[token.surface] -= 1
            kept.append(token)
    return tuple(reversed(kept))
