"""A user's history with the times that history tokens do not carry, for people to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Event, Token, tokens
from serving.event_log import HistoryLimits, history


@dataclass(frozen=True)
class TimedToken:
    """One history token, and when it began, in milliseconds since 1970."""

    token: Token
    timestamp_ms: int


@dataclass(frozen=True)
class Timeline:
    """The part of a user's past that a request tells.

    Attributes:
        tokens: The newest tokens of each surface, oldest first.
        untold: How many older tokens there are.
    """

    tokens: tuple[TimedToken, ...]
    untold: int


def timeline(events: Sequence[Event], limits: HistoryLimits) -> Timeline:
    """Finds out when each token of `serving.event_log.history` began.

    Args:
        events: Of one user, in time order.
        limits: How much of the past a model sees.
    """
    begins: list[int] = []
    of_token: list[Event] = []
    for event in events:
        if not tokens([event], limits.items_per_session):
            continue
        # A token ends where one event more would make two of it.
        if not of_token or len(tokens([*of_token, event], limits.items_per_session)) > 1:
            begins.append(event.timestamp_ms)
            of_token = []
        of_token.append(event)
    everything = zip(tokens(events, limits.items_per_session), begins, strict=True)
    kept = list(history(events, limits))
    told: list[TimedToken] = []
    # What is kept is the newest of each surface: from the newest on, each kept token is the next of its kind.
    for token, begin in reversed(list(everything)):
        if kept and token == kept[-1]:
            kept.pop()
            told.append(TimedToken(token, begin))
    return Timeline(tuple(reversed(told)), len(begins) - len(told))
