"""Builds a user's history event by event, and keeps only the newest tokens."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface, Token
from schemas.features import BEHAVIOUR_SPLITS, TRAIN_SPLIT

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
        self._kept = {_FEED: recommendation_tokens, Surface.SEARCH: search_tokens}
        self._tokens: list[Token] = []
        self._items_per_session = items_per_session
        self._counts = dict.fromkeys(Surface, 0)
        self._open_session: tuple[str, str] | None = None

    @property
    def tokens(self) -> list[Token]:
        """The kept tokens of both surfaces, oldest first."""
        return self._tokens.copy()

    def __copy__(self) -> "History":
        """A history of the same events, to which others can be added."""
        other = object.__new__(History)
        other.__dict__ = {**self.__dict__, "_tokens": self._tokens.copy(), "_counts": self._counts.copy()}
        return other

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
                self._append(Token(_FEED, clicked, weights=weights))
                self._open_session = None
            return
        if self.continues_session(event):
            # No recommendation token has come since, so it is the newest of both surfaces.
            token = self._tokens[-1]
            kept = [each for each in zip(token.items, token.weights, strict=True) if each[0] not in clicked]
            kept = [*kept, *zip(clicked, weights, strict=True)][-self._items_per_session :]
            items, weights = zip(*kept, strict=True) if kept else ((), ())
            self._tokens[-1] = Token(Surface.SEARCH, items, event.query, weights)
        else:
            self._append(Token(Surface.SEARCH, clicked, event.query, weights))
        self._open_session = (event.session_id, event.query)

    def _append(self, token: Token) -> None:
        surface = token.surface
        self._tokens.append(token)
        self._counts[surface] += 1
        if self._counts[surface] > self._kept[surface]:
            oldest = next(place for place, each in enumerate(self._tokens) if each.surface is surface)
            del self._tokens[oldest]


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


class _HistoriesOfSplits:
    """The history that each split may see: without the targets of later splits. They are one until such a target comes.

    Args:
        config: How much a history keeps.
    """

    def __init__(self, config: DataConfig):
        history = History(config.recommendation_history, config.search_history, config.items_per_session)
        self._of = dict.fromkeys(BEHAVIOUR_SPLITS, history)
        self._all = [history]

    def of(self, split: str) -> History:
        """What the examples of a split may see of the events so far."""
        return self._of[split]

    def add(self, event: Event, split: str = TRAIN_SPLIT) -> None:
        """Adds an event, which is seen by its split and later ones. What is no target is seen by all."""
        if split == TRAIN_SPLIT:
            for history in self._all:
                history.add(event)
            return
        blind, seeing = _before_and_from(split)
        for shared in {id(self._of[each]): self._of[each] for each in seeing}.values():
            own = shared
            if any(self._of[each] is shared for each in blind):
                own = copy.copy(shared)
                self._all.append(own)
                self._of |= {each: own for each in seeing if self._of[each] is shared}
            own.add(event)


def _before_and_from(split: str) -> tuple[Sequence[str], Sequence[str]]:
    place = BEHAVIOUR_SPLITS.index(split)
    return BEHAVIOUR_SPLITS[:place], BEHAVIOUR_SPLITS[place:]


def targets_with_histories(
    events: Iterable[Event], config: DataConfig, splits: Iterable[str] | None = None
) -> Iterator[TargetWithHistory]:
    """Pairs each target with the history strictly before it.

    The surfaces are split each by itself, so what one holds back may come before training targets of the other.

    Args:
        events: All events of one user, in time order.
        config: How much a history keeps.
        splits: The split of each target. A history then holds no target of a later split than its own: the one of a
            training example none that is held out. None leaves out nothing.

    Yields:
        Each target, in time order.
    """
    histories = _HistoriesOfSplits(config)
    of_targets = None if splits is None else iter(splits)
    for position, event in enumerate(events):
        split = TRAIN_SPLIT
        if event.is_target:
            split = next(of_targets) if of_targets else TRAIN_SPLIT
            history = histories.of(split)
            before = history.count(event.surface)
            yield TargetWithHistory(
                position, event, history.tokens, before, before - int(history.continues_session(event))
            )
        histories.add(event, split)
