"""A user's history with times, which history tokens do not have, as the page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.canonical_event import Event, Token, tokens
from serving.shop_log.event_log import HistoryLimits, history


@dataclass(frozen=True)
class TimedToken:
    """A history token, and the time of its first event in milliseconds since 1970."""

    token: Token
    timestamp_ms: int


@dataclass(frozen=True)
class Timeline:
    """A user's history, divided into what a request carries and what it does not.

    Attributes:
        tokens: The tokens that a request carries: the newest of each surface, oldest first.
        untold: How many older tokens there are, which a request leaves out.
        held_out: What the user did next, oldest first.
    """

    tokens: tuple[TimedToken, ...]
    untold: int
    held_out: tuple[TimedToken, ...] = ()


def timeline(events: Sequence[Event], limits: HistoryLimits, held_out: int = 0) -> Timeline:
    """Finds the time of each token of `serving.shop_log.event_log.history`.

    Args:
        events: The events of one user, in time order.
        limits: How much of a history a model sees.
        held_out: How many of the newest tokens are held out, as what the user did next.
    """
    begins = _begins(events, limits.items_per_session)
    everything = [
        TimedToken(token, events[begin].timestamp_ms)
        for token, begin in zip(tokens(events, limits.items_per_session), begins, strict=True)
    ]
    now = max(0, len(everything) - held_out)
    kept = list(history(events[: begins[now]] if now < len(begins) else events, limits))
    told: list[TimedToken] = []
    # `history` keeps the newest tokens of each surface, so from the end, each kept token is the next equal one.
    for each in reversed(everything[:now]):
        if kept and each.token == kept[-1]:
            kept.pop()
            told.append(each)
    return Timeline(tuple(reversed(told)), now - len(told), tuple(everything[now:]))


def _begins(events: Sequence[Event], items_per_session: int) -> list[int]:
    """Returns the index of the event that each token begins with."""
    begins: list[int] = []
    of_token: list[Event] = []
    for place, event in enumerate(events):
        if not tokens([event], items_per_session):
            continue
        # A token ends if one more event would make two tokens.
        if not of_token or len(tokens([*of_token, event], items_per_session)) > 1:
            begins.append(place)
            of_token = []
        of_token.append(event)
    return begins
