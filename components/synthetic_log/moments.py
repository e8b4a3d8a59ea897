"""Collects what is known right before a user's last engagements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from components.synthetic_log.behaviour import NO_ITEM, Behaviour
from components.synthetic_log.made_catalogue import Catalogue
from schemas.canonical_event import Surface


@dataclass(frozen=True)
class Moment:
    """What is known about a user right before an engagement.

    Attributes:
        is_search: Whether the engagement is in a search.
        interests: The user's interests, the largest weight first. [interests]
        last_feed, last_search: The topics of the last feed click and search; -1 if there is none.
        after_search: Whether the last action was a search.
        topic: The topic, if the query or an earlier click of the same search reveals it; else -1.
        category: The category, if the query reveals it; else -1.
        engaged: The items that the user has engaged with, oldest first.
        day: The time in days since the log began.
    """

    is_search: bool
    interests: np.ndarray
    last_feed: int
    last_search: int
    after_search: bool
    topic: int
    category: int
    engaged: np.ndarray
    day: float = 0.0


class LastEngagement(NamedTuple):
    """The last engagement of a user on a surface.

    Attributes:
        surface: The surface.
        item: The item.
        moment: What is known right before it.
    """

    surface: Surface
    item: int
    moment: Moment


def engaged_rows(behaviour: Behaviour, place: int) -> np.ndarray:
    """The row indices of the engagements of one user; `place` is the user's index in the chunk. [engagements]"""
    rows = behaviour.rows
    begin, end = np.searchsorted(rows.action, behaviour.actions.first[place : place + 2])
    return begin + np.flatnonzero(rows.engaged[begin:end] & (rows.item[begin:end] != NO_ITEM))


def last_engagements(catalogue: Catalogue, behaviour: Behaviour, engaged: np.ndarray) -> Iterator[LastEngagement]:
    """Yields the last engagement on each surface, if there is one.

    Args:
        catalogue: The items.
        behaviour: The behaviour of a chunk of users.
        engaged: The row indices of one user's engagements.
    """
    is_search = behaviour.actions.is_search[behaviour.rows.action[engaged]]
    for surface, chosen in ((Surface.RECOMMENDATION, ~is_search), (Surface.SEARCH, is_search)):
        if chosen.any():
            last = int(np.flatnonzero(chosen)[-1])
            item = int(behaviour.rows.item[engaged[last]])
            yield LastEngagement(surface, item, _moment(catalogue, behaviour, engaged, last))


def _moment(catalogue: Catalogue, behaviour: Behaviour, engaged: np.ndarray, last: int) -> Moment:
    actions, rows = behaviour.actions, behaviour.rows
    action = rows.action[engaged[last]]
    is_search, vague = bool(actions.is_search[action]), bool(actions.vague[action])
    begun = last > 0 and rows.action[engaged[last - 1]] == action
    topic = int(actions.topic[action])
    return Moment(
        is_search=is_search,
        interests=actions.interests[action],
        last_feed=int(actions.last_feed[action]),
        last_search=int(actions.last_search[action]),
        after_search=bool(actions.after_search[action]),
        topic=topic if is_search and (begun or not vague) else -1,
        category=int(catalogue.category(np.array(topic))) if vague else -1,
        engaged=rows.item[engaged[:last]],
        day=float(actions.day[action]),
    )
