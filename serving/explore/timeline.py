"""A user's history with the times that history tokens do not carry, for people to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Event, Token, tokens
from serving.shop_log.event_log import HistoryLimits, history


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
        held_out: What the user did next, oldest first.
    """

    tokens: tuple[TimedToken, ...]
    untold: int
    held_out: tuple[TimedToken, ...] = ()


def timeline(events: Sequence[Event], limits: HistoryLimits, held_out: int = 0) -> Timeline:
    """Finds out when each token of `serving.shop_log.event_log.history` began.

    Args:
        events: Of one user, in time order.
        limits: How much of the past a model sees.
        held_out: So many of the newest tokens are told apart from the others, as what the user did next.
    """
    begins = _begins(events, limits.items_per_session)
    everything = [
        TimedToken(token, events[begin].timestamp_ms)
        for token, begin in zip(tokens(events, limits.items_per_session), begins, strict=True)
    ]
    now = max(0, len(everything) - held_out)
    kept = list(history(events[: begins[now]] if now < len(begins) else events, limits))
    told: list[TimedToken] = []
    # What is kept is the newest of each surface: from the newest on, each kept token is the next of its kind.
    for each in reversed(everything[:now]):
        if kept and each.token == kept[-1]:
            kept.pop()
            told.append(each)
    return Timeline(tuple(reversed(told)), now - len(told), tuple(everything[now:]))


def _begins(events: Sequence[Event], items_per_session: int) -> list[int]:
    """The place of the event that each token begins with."""
    begins: list[int] = []
    of_token: list[Event] = []
    for place, event in enumerate(events):
        if not tokens([event], items_per_session):
            continue
        # A token ends where one event more would make two of it.
        if not of_token or len(tokens([*of_token, event], items_per_session)) > 1:
            begins.append(place)
            of_token = []
        of_token.append(event)
    return begins
