"""A history that a model divided into sessions, with queries and titles, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Surface, Token
from serving.client.answers import DividedHistory, Session
from serving.shop_log.event_log import EventLog


@dataclass(frozen=True)
class SessionEvent:
    """One event: the query, empty on the feed, and the titles of the clicked items."""

    query: str
    titles: tuple[str, ...]

    @property
    def label(self) -> str:
        """The event in one line."""
        clicked = ", ".join(self.titles)
        if not self.query:
            return clicked
        return f'"{self.query}": {clicked or "nothing clicked"}'


@dataclass(frozen=True)
class Division:
    """Sessions, and what the events were divided by."""

    made_by: str
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class EventSessions:
    """The events of one surface, oldest first, and the ways in which they are divided."""

    surface: Surface
    events: tuple[SessionEvent, ...]
    divisions: tuple[Division, ...]


def event_sessions(surface: Surface, divided: DividedHistory, history: Sequence[Token], log: EventLog) -> EventSessions:
    """Adds queries and titles to the events that a model divided.

    Args:
        surface: Which events they are.
        divided: The model's answer.
        history: What the model was sent.
        log: The log, which knows the titles.
    """
    tokens = [history[place] for place in divided.tokens]
    events = tuple(SessionEvent(token.query, tuple(log.title(item_id) for item_id in token.items)) for token in tokens)
    divisions = [Division("what was clicked", divided.by_clicks)]
    if divided.by_queries:
        divisions.append(Division("what was searched for", divided.by_queries))
    return EventSessions(surface, events, tuple(divisions))
