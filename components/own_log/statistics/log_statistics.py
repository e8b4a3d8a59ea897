"""Computes statistics of a whole log: events by time and surface, transitions, popularity, histories."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from components.own_log.statistics.event_columns import EventColumns
from components.own_log.statistics.query_scripts import query_scripts

_DAY_MS: Final = 24 * 3600 * 1000
_PERIODS: Final = 28
"""A histogram has at most so many lines."""
_SPANS: Final = (1, 7, 28, 91, 364)
_TOP: Final = 10
FEED: Final = "recommendation"
SEARCH: Final = "search"
_LETTERS: Final = ("r", "s")


@dataclass(frozen=True)
class Period:
    """The events of a period of some days.

    Attributes:
        day: The first day, as the number of days since 1970.
        recommendation: Feed events.
        search: Search events.
        new_users: Users whose first event lies in it.
        new_items: Items whose first event lies in it.
    """

    day: int
    recommendation: int
    search: int
    new_users: int
    new_items: int


@dataclass(frozen=True)
class Spread:
    """The distribution of a number: minimum, percentiles 10, 50 and 90, maximum."""

    least: int
    p10: int
    p50: int
    p90: int
    largest: int


@dataclass(frozen=True)
class Weights:
    """How much engagements count as examples of training.

    Attributes:
        least: The least weight.
        median: The median.
        largest: The largest.
        actions: How many engagements each action has, from the lightest action; empty if the log names none.
    """

    least: float
    median: float
    largest: float
    actions: dict[str, int]


@dataclass(frozen=True)
class LogStatistics:
    """The statistics.

    Attributes:
        events: How many events there are, without refused rows.
        refused: How many rows were refused, or left out as told, by reason.
        repeated: How many rows say the same as an earlier one, and are counted nowhere else.
        users: How many users have events.
        items: How many items there are, including those of the table of items.
        items_engaged: How many of these somebody engaged with.
        by_surface: Events by surface.
        engaged: Engagements by surface.
        shown: Events of items that were only shown.
        first_ms: The earliest time; 0 without events.
        last_ms: The latest time.
        days_a_period: How many days a period has.
        periods: The events by period.
        history: The distribution of engagements per user by surface, among users that have any there.
        events_a_user: The distribution of events per user.
        users_on_both: How many users have engagements on both surfaces.
        searches: How many searches there are: neighbouring search events of one user, session and query are one.
        searches_with_click: How many searches led to an engagement.
        transitions: How often one action follows another; r is an engagement in the feed, s a search: `s2r` and so on.
        density: The share of all pairs of user and item that have an engagement.
        share_of_top_1_percent: The share of engagements with the most popular 1 % of the engaged items.
        share_of_top_10_percent: The same for the most popular 10 %.
        gini: How unequal the popularity of the engaged items is: 0 if all are equal, 1 if one has everything.
        distinct_queries: How many different queries there are.
        query_scripts: Searches by the script of their query, the most frequent first; see `query_scripts`.
        top_queries: The most frequent queries: query, searches, searches with a click.
        top_items: The most popular items: id, title, engagements.
        weights: The weights of the engagements; None if the log tells none.
    """

    events: int
    refused: dict[str, int]
    repeated: int
    users: int
    items: int
    items_engaged: int
    by_surface: dict[str, int]
    engaged: dict[str, int]
    shown: int
    first_ms: int
    last_ms: int
    days_a_period: int
    periods: list[Period]
    history: dict[str, Spread]
    events_a_user: Spread
    users_on_both: int
    searches: int
    searches_with_click: int
    transitions: dict[str, int]
    density: float
    share_of_top_1_percent: float
    share_of_top_10_percent: float
    gini: float
    distinct_queries: int
    query_scripts: dict[str, int]
    top_queries: list[tuple[str, int, int]]
    top_items: list[tuple[str, str, int]]
    weights: Weights | None

    def as_dict(self) -> dict[str, Any]:
        """The statistics as plain values that JSON can hold."""
        return dataclasses.asdict(self)


def log_statistics(log: EventColumns) -> LogStatistics:
    """Computes the statistics of a whole log."""
    engaged = log.engaged
    counts = np.bincount(log.item[engaged], minlength=len(log.items))
    popular = np.sort(counts[counts > 0])[::-1]
    pairs = np.unique(log.user[engaged].astype(np.int64) * max(len(log.items), 1) + log.item[engaged])
    feed_targets = np.bincount(log.user[engaged & ~log.search], minlength=len(log.users))
    search_targets = np.bincount(log.user[engaged & log.search], minlength=len(log.users))
    period, periods = _periods(log)
    searches = _searches(log)
    with_click = int(searches[1].sum())
    return LogStatistics(
        events=len(log.user),
        refused=dict(log.refused),
        repeated=log.repeated,
        users=len(log.users),
        items=len(log.items),
        items_engaged=len(popular),
        by_surface={FEED: int((~log.search).sum()), SEARCH: int(log.search.sum())},
        engaged={FEED: int((engaged & ~log.search).sum()), SEARCH: int((engaged & log.search).sum())},
        shown=int((~engaged & (log.item >= 0)).sum()),
        first_ms=int(log.time.min(initial=np.iinfo(np.int64).max)) if len(log.time) else 0,
        last_ms=int(log.time.max(initial=0)),
        days_a_period=period,
        periods=periods,
        history={FEED: _spread(feed_targets[feed_targets > 0]), SEARCH: _spread(search_targets[search_targets > 0])},
        events_a_user=_spread(np.bincount(log.user, minlength=len(log.users))),
        users_on_both=int(((feed_targets > 0) & (search_targets > 0)).sum()),
        searches=len(searches[0]),
        searches_with_click=with_click,
        transitions=_transitions(log),
        density=len(pairs) / max(len(log.users) * len(log.items), 1),
        share_of_top_1_percent=_share_of_top(popular, 0.01),
        share_of_top_10_percent=_share_of_top(popular, 0.1),
        gini=_gini(popular),
        distinct_queries=len(log.queries),
        query_scripts=query_scripts(zip(log.queries, _searches_a_query(log, searches[0]).tolist(), strict=True)),
        top_queries=_top_queries(log, *searches),
        top_items=_top_items(log, counts),
        weights=_weights(log),
    )


def _periods(log: EventColumns) -> tuple[int, list[Period]]:
    if not len(log.time):
        return 1, []
    days = log.time // _DAY_MS
    first, last = int(days.min()), int(days.max())
    span = next((span for span in _SPANS if (last - first) // span < _PERIODS), (last - first) // _PERIODS + 1)
    number = (days - first) // span
    size = (last - first) // span + 1
    has_item = log.item >= 0
    columns = (
        np.bincount(number[~log.search], minlength=size),
        np.bincount(number[log.search], minlength=size),
        _firsts(log.user, number, len(log.users), size),
        _firsts(log.item[has_item], number[has_item], len(log.items), size),
    )
    return span, [
        Period(first + place * span, *map(int, values)) for place, values in enumerate(zip(*columns, strict=True))
    ]


def _firsts(whose: np.ndarray, number: np.ndarray, many: int, size: int) -> np.ndarray:
    """How many users, or items, have their first event in each period."""
    first = np.full(many, size, np.int64)
    np.minimum.at(first, whose, number)
    return np.bincount(first, minlength=size)[:size]


def _starts(user: np.ndarray, session: np.ndarray, may_go_on: np.ndarray) -> np.ndarray:
    """Which events do not continue the session of the event before them."""
    goes_on = np.zeros(len(user), bool)
    goes_on[1:] = (
        may_go_on[1:] & may_go_on[:-1] & (user[1:] == user[:-1]) & (session[1:] == session[:-1]) & (session[1:] != 0)
    )
    return ~goes_on


def _searches(log: EventColumns) -> tuple[np.ndarray, np.ndarray]:
    """The query of each search, and whether it led to an engagement."""
    user, session, query, engaged = (each[log.search] for each in (log.user, log.session, log.query, log.engaged))
    starts = _starts(user, session, np.ones(len(user), bool))
    places = np.flatnonzero(starts)
    clicks = np.add.reduceat(engaged.astype(np.int64), places) if len(places) else np.zeros(0, np.int64)
    return query[starts], clicks > 0


def _transitions(log: EventColumns) -> dict[str, int]:
    """Counts transitions between neighbouring tokens (`schemas.canonical_event.tokens`), without shown items."""
    actions = log.engaged | (log.item < 0)
    user, session, search = (each[actions] for each in (log.user, log.session, log.search))
    starts = _starts(user, session, search)
    user, kind = user[starts], search[starts].astype(np.int64)
    same = user[1:] == user[:-1]
    counts = np.bincount((2 * kind[:-1] + kind[1:])[same], minlength=4)
    return {
        f"{one}2{other}": int(counts[2 * place + next_place])
        for place, one in enumerate(_LETTERS)
        for next_place, other in enumerate(_LETTERS)
    }


def _spread(numbers: np.ndarray) -> Spread:
    if not len(numbers):
        return Spread(0, 0, 0, 0, 0)
    found = np.percentile(numbers, (0, 10, 50, 90, 100), method="nearest")
    return Spread(*map(int, found))


def _share_of_top(popular: np.ndarray, share: float) -> float:
    """The share of the first counts, which are sorted from high to low, in all of them."""
    if not len(popular):
        return 0.0
    many = max(1, round(share * len(popular)))
    return float(popular[:many].sum() / popular.sum())


def _gini(popular: np.ndarray) -> float:
    if not len(popular):
        return 0.0
    rising = popular[::-1].astype(np.float64)
    ranks = np.arange(1, len(rising) + 1)
    return float(2 * (ranks * rising).sum() / (len(rising) * rising.sum()) - (len(rising) + 1) / len(rising))


def _searches_a_query(log: EventColumns, query: np.ndarray) -> np.ndarray:
    return np.bincount(query[query >= 0], minlength=len(log.queries))


def _top_queries(log: EventColumns, query: np.ndarray, clicked: np.ndarray) -> list[tuple[str, int, int]]:
    known = query >= 0
    searches = _searches_a_query(log, query)
    with_click = np.bincount(query[known & clicked], minlength=len(log.queries))
    texts = list(log.queries)
    top = np.argsort(-searches, kind="stable")[:_TOP]
    return [(texts[place], int(searches[place]), int(with_click[place])) for place in top]


def _top_items(log: EventColumns, counts: np.ndarray) -> list[tuple[str, str, int]]:
    ids = list(log.items)
    top = [place for place in np.argsort(-counts, kind="stable")[:_TOP] if counts[place]]
    return [(ids[place], log.titles.get(ids[place], ""), int(counts[place])) for place in top]


def _weights(log: EventColumns) -> Weights | None:
    if log.weight is None or not log.engaged.any():
        return None
    weights = log.weight[log.engaged]
    counts = {name: int((weights == weight).sum()) for weight, name in log.actions.items()}
    least, median, largest = map(float, np.percentile(weights, (0, 50, 100)))
    return Weights(least, median, largest, counts)
