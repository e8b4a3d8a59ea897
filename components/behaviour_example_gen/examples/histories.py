"""Builds a user's history event by event, and keeps only the newest tokens."""

import operator
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface, Token

_PLACE = operator.itemgetter(0)
_FEED = Surface.RECOMMENDATION


class History:
    """The newest history tokens of one user, updated event by event.

    At any time, `tokens` holds the newest tokens of each surface that `schemas.canonical_event.tokens` would make from
    all events added so far. The cost of adding and reading depends on the tokens kept, not on all events so far.

    Args:
        recommendation_tokens: How many of the newest recommendation tokens to keep.
        search_tokens: How many of the newest search tokens to keep.
        items_per_session: How many clicked items a search token keeps.
    """

    def __init__(self, recommendation_tokens: int, search_tokens: int, items_per_session: int):
        self._recommendation: deque[tuple[int, Token]] = deque(maxlen=recommendation_tokens)
        self._search: deque[tuple[int, Token]] = deque(maxlen=search_tokens)
        self._items_per_session = items_per_session
        self._places = 0
        self._counts: Counter[Surface] = Counter()
        self._open_session: tuple[str, str] | None = None

    @property
    def tokens(self) -> list[Token]:
        """The kept tokens of both surfaces, oldest first."""
        merged = sorted((*self._recommendation, *self._search), key=_PLACE)
        return [token for _, token in merged]

    def count(self, surface: Surface) -> int:
        """How many tokens of a surface there have been, including those no longer kept."""
        return self._counts[surface]

    def continues_session(self, event: Event) -> bool:
        """Whether this event, if added next, would join the newest search token."""
        return bool(event.session_id) and (event.session_id, event.query) == self._open_session

    def add(self, event: Event) -> None:
        """Adds the next event. An item that was only shown changes nothing."""
        if event.label == 0 and event.item_id:
            return
        clicked = (event.item_id,) if event.item_id else ()
        weights = (event.weight,) if clicked else ()
        if event.surface is _FEED:
            if clicked:
                self._append(self._recommendation, Token(Surface.RECOMMENDATION, clicked, weights=weights))
                self._open_session = None
            return
        if self.continues_session(event):
            place, token = self._search[-1]
            kept = [each for each in zip(token.items, token.weights, strict=True) if each[0] not in clicked]
            kept = [*kept, *zip(clicked, weights, strict=True)][-self._items_per_session :]
            items, weights = zip(*kept, strict=True) if kept else ((), ())
            self._search[-1] = place, Token(Surface.SEARCH, items, event.query, weights)
        else:
            self._append(self._search, Token(Surface.SEARCH, clicked, event.query, weights))
        self._open_session = (event.session_id, event.query)

    def _append(self, side: deque[tuple[int, Token]], token: Token) -> None:
        side.append((self._places, token))
        self._places += 1
        self._counts[token.surface] += 1


class TargetWithHistory(NamedTuple):
    """A target and its history.

    Attributes:
        position: The target's index among the user's events.
        target: The event to predict.
        history: The tokens before it, oldest first.
        tokens_before: How many tokens of the target's surface came before it, including those no longer kept.
        token: The index of the token that the target becomes a part of. It equals `tokens_before`, or one less if the
            target continues the search session before it.
    """

    position: int
    target: Event
    history: list[Token]
    tokens_before: int
    token: int


def targets_with_histories(events: Iterable[Event], config: DataConfig) -> Iterator[TargetWithHistory]:
    """Pairs each target with the history strictly before it.

    Args:
        events: All events of one user, in time order.
        config: How much a history keeps.

    Yields:
        Each target, in time order.
    """
    history = History(config.recommendation_history, config.search_history, config.items_per_session)
    for position, event in enumerate(events):
        if event.is_target:
            before = history.count(event.surface)
            yield TargetWithHistory(
                position, event, history.tokens, before, before - int(history.continues_session(event))
            )
        history.add(event)
