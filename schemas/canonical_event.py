"""The canonical event that every log is turned into, and the history tokens made from events.

Adapters yield events, items and users. Code after the adapters does not know where the data came from. Both papers see
a history as a list of tokens (UniSAR section 4.1, UnifiedSSR section 3.1). A recommendation token is one clicked item.
A search token is one search session: its query and the items clicked in it.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Surface(str, enum.Enum):
    """Where an event happened. Logs, examples and requests contain the value."""

    RECOMMENDATION = "recommendation"
    SEARCH = "search"

    @property
    def model_index(self) -> int:
        """The surface as the model's integer input: 0 for recommendation, 1 for search."""
        return 0 if self is Surface.RECOMMENDATION else 1

    @property
    def token_kind(self) -> int:
        """The kind of a history token of this surface in a tf.Example: 1 or 2; 0 is padding."""
        return self.model_index + 1


@dataclass(frozen=True)
class Event:
    """One thing that a user did or was shown.

    Attributes:
        user_id: The user; never empty.
        timestamp_ms: The time in milliseconds since 1970 (UTC). Events of equal time keep the source's order.
        surface: Where the event happened.
        query: The text as typed; empty for recommendation.
        session_id: The search session that a click belongs to; empty otherwise.
        item_id: The item; empty for a search without a click.
        label: 1 if the user engaged with the item, 0 if the item was only shown.
        context: Named context values, such as ``device``.
        position: The event's number among its user's events, from 0, if the source numbers them. The order of events is
            then by position before time. Otherwise it is 0, and time alone gives the order.
        split: The split to which the source assigns the event; empty if the configuration decides.
        element: The event's number among the events of its row, from 0. It orders events that a list in one row holds.
        weight: How much the event counts as a target of training, at least 0; 1 if the log says nothing of it.
        place: At which place of its list the item was shown, from 1 at the top; 0 if the log does not say.
    """

    user_id: str
    timestamp_ms: int
    surface: Surface
    query: str = ""
    session_id: str = ""
    item_id: str = ""
    label: int = 1
    context: Mapping[str, str] = field(default_factory=dict)
    position: int = 0
    split: str = ""
    element: int = 0
    weight: float = 1.0
    place: int = 0

    @property
    def is_target(self) -> bool:
        """Whether the event is a target to predict: the user engaged with an item."""
        return self.label == 1 and bool(self.item_id)


@dataclass(frozen=True)
class Item:
    """One row of the item table.

    Attributes:
        item_id: The item; never empty.
        title: The title; empty if it is not known.
        categories: Category names from broad to narrow.
        attributes: Further named values, such as ``brand``; an unknown value is empty or missing.
        queries: Searches that may have led to the item, for sources without a search log; otherwise none.
        numbers: Named numbers, such as ``price``; an unknown one is missing.
        vector: What a text or image model makes of the item's content; empty if it is not known.
    """

    item_id: str
    title: str = ""
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    vector: tuple[float, ...] = ()


@dataclass(frozen=True)
class User:
    """One row of the user table.

    Attributes:
        user_id: The user; never empty.
        attributes: Named values, such as ``activity_level``; an unknown value is empty or missing.
        numbers: Named numbers, such as ``age``; an unknown one is missing.
    """

    user_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Token:
    """One element of a history.

    Attributes:
        surface: The kind of token.
        items: The clicked item of a recommendation token; the clicked items of a search session, possibly none.
        query: The session's query; empty for recommendation.
        weights: The weight of each item as a target of training; empty if they all count alike.
    """

    surface: Surface
    items: tuple[str, ...]
    query: str = ""
    weights: tuple[float, ...] = field(default=(), compare=False)


def tokens(events: Iterable[Event], items_per_session: int) -> list[Token]:
    """Turns one user's events into history tokens, oldest first.

    Only engaged events (label 1) and searches without a click count. Consecutive search events of the same session and
    query become one token, which keeps the last `items_per_session` distinct items.

    Args:
        events: The events of one user, in time order.
        items_per_session: Number of clicked items that a search token keeps (K in the papers).

    Returns:
        The tokens, oldest first.
    """
    result: list[Token] = []
    open_session: tuple[str, str] | None = None
    for event in events:
        if event.label == 0 and event.item_id:
            continue
        clicked = (event.item_id,) if event.item_id else ()
        if event.surface is Surface.RECOMMENDATION:
            if clicked:
                result.append(Token(Surface.RECOMMENDATION, clicked))
                open_session = None
            continue
        session = (event.session_id, event.query)
        if event.session_id and session == open_session:
            kept = tuple(item for item in result[-1].items if item not in clicked) + clicked
            result[-1] = Token(Surface.SEARCH, kept[-items_per_session:], event.query)
        else:
            result.append(Token(Surface.SEARCH, clicked, event.query))
        open_session = session
    return result
