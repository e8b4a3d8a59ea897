"""Whom and what the page begins with: a user of the log who did things on both surfaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Surface, Token, tokens
from serving.explore.directory import FoundUser
from serving.shop_log.event_log import EventLog

MOST_HELD_OUT = 5
"""An opening holds out no more of a history than can be compared with the lists at a glance."""


@dataclass(frozen=True)
class Opening:
    """A question to begin with.

    Attributes:
        user: Who asks.
        query: What the user searched for last; empty where there is no such thing.
        held_out: How many of the user's newest events the model is not told of, because they are what came next.
    """

    user: str
    query: str
    held_out: int


def opening(log: EventLog, users: Sequence[FoundUser], items_per_session: int) -> Opening | None:
    """Chooses the first user whose newest few events have a click on both surfaces, and who did things before.

    Args:
        log: Has their events.
        users: To choose from, the best first; the first of them is taken where no one is as wanted.
        items_per_session: How many clicked items make one search.

    Returns:
        None where there are no users.
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
    """How many of the newest events have a click of each surface; more than there are where they do not."""
    newest = list(reversed(history))
    missing = len(newest) + 1
    return max(
        next(
            (count for count, token in enumerate(newest, start=1) if token.surface is surface and token.items), missing
        )
        for surface in Surface
    )
