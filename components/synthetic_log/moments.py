"""What is to be known right before a user's last engagements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from components.synthetic_log.behaviour import NO_ITEM, Behaviour
from components.synthetic_log.made_catalogue import Catalogue
from schemas.canonical_event import Surface


@dataclass(frozen=True)
class Moment:
    """What is to be known of a user right before an engagement.

    Attributes:
        is_search: Whether it is one in a search.
        interests: The user's interests, weightiest first. [interests]
        last_feed, last_search: The topics of the last actions; -1 where there is none.
        after_search: Whether the very last action was a search.
        topic: The topic where it is known: where the query names it, or an earlier click of the same search; else -1.
        category: The category where a query names that; else -1.
        engaged: The items that the user has had, oldest first.
    """

    is_search: bool
    interests: np.ndarray
    last_feed: int
    last_search: int
    after_search: bool
    topic: int
    category: int
    engaged: np.ndarray


class LastEngagement(NamedTuple):
    """The last engagement of a user on a surface.

    Attributes:
        surface: Which.
        item: With what.
        moment: What is known right before it.
    """

    surface: Surface
    item: int
    moment: Moment


def engaged_rows(behaviour: Behaviour, place: int) -> np.ndarray:
    """The rows of the engagements of one user of a chunk, whose place in it is given. [engagements]"""
    rows = behaviour.rows
    begin, end = np.searchsorted(rows.action, behaviour.actions.first[place : place + 2])
    return begin + np.flatnonzero(rows.engaged[begin:end] & (rows.item[begin:end] != NO_ITEM))


def last_engagements(catalogue: Catalogue, behaviour: Behaviour, engaged: np.ndarray) -> Iterator[LastEngagement]:
    """The last engagement on each surface where there is one.

    Args:
        catalogue: The items.
        behaviour: A chunk of users.
        engaged: The rows of one user's engagements.
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
    )
