"""Draws the actions of users: feed clicks and searches, with their time and topic.

An action's topic is either copied from the last action on a surface (a planted transition) or drawn afresh from the
user's interests. Neither depends on items, so all actions of a chunk of users are drawn at once. Each action points to
the action that it copies, and following these pointers to their end yields all topics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from components.synthetic_log.generator_config import LONGEST, GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import geometric

MOST_CLICKS: Final = 5
MOST_SHOWN: Final = 20
MOST_WORDS: Final = 3
START_MS: Final = 1_682_899_200_000
"""1 May 2023, UTC."""
DAY_MS: Final = 86_400_000
_BETWEEN_VISITS_MS: Final = 20 * 3_600_000
_WITHIN_VISIT_MS: Final = 45_000
_SAME_PAGE: Final = 0.3
"""The share of feed clicks that are logged at the same moment as the feed click before them in the same visit."""
_GOLDEN: Final = 0.6180339887498949

_DRAWN = (
    *("surface", "clicks", "shown", "visit", "gap", "page", "source", "interest", "explored", "drift", "slot", "new"),
    *("vague", "words", *(f"word_{place}" for place in range(MOST_WORDS)), "detail"),
)
"""One random number is drawn for each of these purposes, for each action."""


@dataclass(frozen=True)
class Actions:
    """The actions of a chunk of users, in the order of users and, within a user, of time.

    Attributes:
        first: The index of each user's first action, followed by the number of all actions. [users + 1]
        user: The index of the user in the chunk. [actions]
        is_search: True for a search, false for a feed click. [actions]
        timestamp_ms: The time. [actions]
        topic: The topic. [actions]
        last_feed, last_search: The topics of the last feed click and search before it; -1 if there is none. [actions]
        after_search: Whether the action right before it is a search. [actions]
        interests: The user's interests at that moment, the largest weight first. [actions, interests]
        vague: Whether the words of its query belong to the category instead of the topic. [actions]
        terms: The words of its query, padded with -1. [actions, MOST_WORDS]
        clicks: How many items the user engages with. [actions]
        shown: How many further items are shown. [actions]
        detail: A number from [0, 1) that a layout may use for columns that are made up. [actions]
    """

    first: np.ndarray
    user: np.ndarray
    is_search: np.ndarray
    timestamp_ms: np.ndarray
    topic: np.ndarray
    last_feed: np.ndarray
    last_search: np.ndarray
    after_search: np.ndarray
    interests: np.ndarray
    vague: np.ndarray
    terms: np.ndarray
    clicks: np.ndarray
    shown: np.ndarray
    detail: np.ndarray

    @property
    def day(self) -> np.ndarray:
        """The time in days since the log began. [actions]"""
        return (self.timestamp_ms - START_MS) / DAY_MS


def budgets(config: GeneratorConfig, users: np.ndarray) -> np.ndarray:
    """The number of events that each user gets at least.

    The numbers are quantiles of an exponential distribution at points that fill [0, 1) evenly, so their sum is close to
    the configured one.
    """
    quantile = (0.5 + users * _GOLDEN) % 1.0
    excess = np.minimum(-np.log1p(-quantile), LONGEST)
    lengths = config.events_per_user * (1 - config.length_spread + config.length_spread * excess)
    return np.maximum(1, np.rint(lengths)).astype(np.int64)


def draw_actions(
    config: GeneratorConfig, catalogue: Catalogue, users: np.ndarray, streams: Sequence[np.random.Generator]
) -> Actions:
    """Draws the actions of a chunk of users.

    Args:
        config: The platform.
        catalogue: Its items.
        users: The users' numbers.
        streams: The random numbers of each user.
    """
    lengths = budgets(config, users)
    initial = np.stack([each.random(config.interests + 1) for each in streams])
    # Each action has at least one event, so a user has no more actions than events, and these numbers are enough.
    block = np.concatenate(
        [each.random((length, len(_DRAWN))) for each, length in zip(streams, lengths.tolist(), strict=True)]
    )
    user = np.repeat(np.arange(len(users)), lengths)
    drawn = dict(zip(_DRAWN, block.T, strict=True))
    is_search = drawn["surface"] < config.search_share
    clicks, shown = _counts(config, drawn, is_search)
    before = _running_sum(np.maximum(clicks, 1) + shown, user) - np.maximum(clicks, 1) - shown
    kept = before < lengths[user]
    drawn = {name: values[kept] for name, values in drawn.items()}
    user, is_search, clicks, shown = (each[kept] for each in (user, is_search, clicks, shown))
    first = np.searchsorted(user, np.arange(len(users) + 1))
    starts_visit = drawn["visit"] < 1 / config.actions_per_visit
    starts_visit[first[:-1]] = True
    interests = _interests(config, catalogue, drawn, first, starts_visit, catalogue.topic_at(initial[:, :-1]))
    last_feed, last_search = (_last(chosen, first[user]) for chosen in (~is_search, is_search))
    topic = _topics(config, catalogue, drawn, is_search, interests, last_feed, last_search)
    vague = is_search & (drawn["vague"] < config.vague_queries)
    return Actions(
        first=first,
        user=user,
        is_search=is_search,
        timestamp_ms=_moments(config, drawn, first, user, is_search, starts_visit, initial[:, -1]),
        topic=topic,
        last_feed=np.where(last_feed < 0, -1, topic[last_feed]),
        last_search=np.where(last_search < 0, -1, topic[last_search]),
        after_search=last_search > last_feed,
        interests=interests,
        vague=vague,
        terms=_names(catalogue, is_search, topic, vague)
        if config.place_names
        else _queries(catalogue, drawn, is_search, topic, vague),
        clicks=clicks,
        shown=shown,
        detail=drawn["detail"],
    )


def _counts(
    config: GeneratorConfig, drawn: dict[str, np.ndarray], is_search: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of clicks and of further items shown. A search without a click shows at least one item."""
    without = config.searches_without_click
    rest = (drawn["clicks"] - without) / max(1 - without, 1e-9)
    several = 1 + geometric(np.clip(rest, 0, 1 - 1e-12), config.clicks_per_search - 1, MOST_CLICKS - 1)
    clicks = np.where(is_search, np.where(drawn["clicks"] < without, 0, several), 1)
    if config.list_length:
        return clicks, config.list_length - clicks
    return clicks, np.maximum(geometric(drawn["shown"], config.shown_per_action, MOST_SHOWN), clicks == 0)


def _interests(
    config: GeneratorConfig,
    catalogue: Catalogue,
    drawn: dict[str, np.ndarray],
    first: np.ndarray,
    starts_visit: np.ndarray,
    initial: np.ndarray,
) -> np.ndarray:
    drifts = starts_visit & (drawn["drift"] < config.drift)
    slot = (drawn["slot"] * config.interests).astype(np.int64)
    new = catalogue.topic_at(drawn["new"])
    places = np.arange(len(slot))
    columns = []
    for number in range(config.interests):
        replaced = drifts & (slot == number)
        replaced[first[:-1]] = True
        content = new.copy()
        content[first[:-1]] = initial[:, number]
        columns.append(content[np.maximum.accumulate(np.where(replaced, places, 0))])
    return np.stack(columns, axis=1)


def _topics(
    config: GeneratorConfig,
    catalogue: Catalogue,
    drawn: dict[str, np.ndarray],
    is_search: np.ndarray,
    interests: np.ndarray,
    last_feed: np.ndarray,
    last_search: np.ndarray,
) -> np.ndarray:
    strengths = config.transitions
    from_feed = np.where(is_search, strengths.r2s, strengths.r2r)
    from_search = np.where(is_search, strengths.s2s, strengths.s2r)
    places = np.arange(len(is_search))
    of_feed = (drawn["source"] < from_feed) & (last_feed >= 0)
    of_search = (drawn["source"] >= 1 - from_search) & (last_search >= 0)
    if strengths.newest_only:
        of_feed &= last_feed > last_search
        of_search &= last_search > last_feed
    copied = np.where(of_feed, last_feed, np.where(of_search, last_search, places))
    while not np.array_equal(further := copied[copied], copied):
        copied = further
    explores = drawn["interest"] < config.exploration
    chosen = (drawn["interest"] - config.exploration) / max(1 - config.exploration, 1e-9)
    favourite = interests[places, catalogue.interest_at(np.maximum(chosen, 0))]
    fresh = np.where(explores, catalogue.topic_at(drawn["explored"]), favourite)
    return fresh[copied]


def _moments(
    config: GeneratorConfig,
    drawn: dict[str, np.ndarray],
    first: np.ndarray,
    user: np.ndarray,
    is_search: np.ndarray,
    starts_visit: np.ndarray,
    begin: np.ndarray,
) -> np.ndarray:
    """Draws times that never decrease. Only consecutive feed clicks may have equal times, so files keep the order."""
    gaps = -np.log1p(-drawn["gap"]) * np.where(starts_visit, _BETWEEN_VISITS_MS, _WITHIN_VISIT_MS)
    gaps[first[:-1]] = 0
    after_feed = np.concatenate([[False], ~is_search[:-1]])
    same = after_feed & ~is_search & ~starts_visit & (drawn["page"] < _SAME_PAGE)
    room = config.days * DAY_MS
    scale = np.minimum(1.0, 0.9 * room / np.maximum(np.bincount(user, np.where(same, 0, gaps)), 1))
    whole = np.where(same, 0, 1 + (gaps * scale[user]).astype(np.int64))
    passed = _running_sum(whole, user)
    spare = room - passed[first[1:] - 1]
    return START_MS + (begin * np.maximum(spare, 0)).astype(np.int64)[user] + passed


def _queries(
    catalogue: Catalogue, drawn: dict[str, np.ndarray], is_search: np.ndarray, topic: np.ndarray, vague: np.ndarray
) -> np.ndarray:
    count = np.where(is_search, 1 + (drawn["words"] * MOST_WORDS).astype(np.int64), 0)
    columns = [
        np.where(place < count, catalogue.terms_at(drawn[f"word_{place}"], topic, vague), -1)
        for place in range(MOST_WORDS)
    ]
    return np.stack(columns, axis=1)


def _names(catalogue: Catalogue, is_search: np.ndarray, topic: np.ndarray, vague: np.ndarray) -> np.ndarray:
    """Queries that are the whole name of the topic or, if they are vague, of its category."""
    names = catalogue.name_terms()[np.where(vague, catalogue.topics + catalogue.category(topic), topic)]
    names = np.pad(names, ((0, 0), (0, MOST_WORDS - names.shape[1])), constant_values=-1)
    return np.where(is_search[:, np.newaxis], names, -1)


def _last(chosen: np.ndarray, first: np.ndarray) -> np.ndarray:
    """For each action, the index of the last chosen action of the same user before it; -1 if there is none."""
    places = np.maximum.accumulate(np.where(chosen, np.arange(len(chosen)), -1))
    before = np.concatenate([[-1], places[:-1]])
    return np.where(before >= first, before, -1)


def _running_sum(values: np.ndarray, user: np.ndarray) -> np.ndarray:
    """The running sum within each user, including the current element."""
    total = np.cumsum(values)
    first = np.searchsorted(user, user)
    return total - total[first] + values[first]
