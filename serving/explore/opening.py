"""The user and query that the page begins with: a user of the log with clicks on both surfaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Surface, Token, tokens
from serving.explore.directory import FoundUser
from serving.shop_log.event_log import EventLog

MOST_HELD_OUT = 5
"""The most events that an opening holds out: as many as people can compare with the lists at a glance."""


@dataclass(frozen=True)
class Opening:
    """What the page begins with.

    Attributes:
        user: The user's id.
        query: The user's last query; empty if there is none.
        held_out: How many of the user's newest events are held out: they are not sent to the model, and came next.
    """

    user: str
    query: str
    held_out: int


def opening(log: EventLog, users: Sequence[FoundUser], items_per_session: int) -> Opening | None:
    """Chooses the first user whose newest few events include a click on both surfaces, with other events before.

    Args:
        log: The log with the users' events.
        users: The users to choose from, best first. If no user qualifies, the first one is taken.
        items_per_session: How many clicked items a search token keeps.

    Returns:
        The opening; None if there are no users.
    """
    first = None
    for user in users:
        history = tokens(log.events_of(user.user_id), items_per_session)
        wanted = _newest_with_both(history)
        held_out = max(0, min(wanted, MOST_HELD_OUT, len(history) - 1))
        query = next((token.query for token in reversed(history) if token.query), "")
        found = Opening(user.user_id, query, held_out)
        if held_out == wanted:
            return found
        first = first or found
    return first


def _newest_with_both(history: Sequence[Token]) -> int:
    """Counts how many of the newest events it takes to have a click of each surface; too many if one has none."""
    newest = list(reversed(history))
    missing = len(newest) + 1
    return max(
        next(
            (count for count, token in enumerate(newest, start=1) if token.surface is surface and token.items), missing
        )
        for surface in Surface
    )
