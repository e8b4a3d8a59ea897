"""Draws the behaviour of a chunk of users: their actions, engagements, and items that were only shown."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from components.synthetic_log.actions import Actions, draw_actions
from components.synthetic_log.distinct_items import draw_items
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.item_choice import has_own_choice, item_choice
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import Purpose, stream

NO_ITEM = -1


class Rows(NamedTuple):
    """The events of a chunk, in the order of the log. Within an action, engagements come before items only shown.

    Attributes:
        action: The index of each event's action. [rows]
        item: The item; `NO_ITEM` for a search without a click. [rows]
        engaged: Whether the user engaged with it; true for a search without a click. [rows]
        place: At which place of its list it was shown, from 1; 0 for a search without a click. [rows] None if there are
            no lists.
    """

    action: np.ndarray
    item: np.ndarray
    engaged: np.ndarray
    place: np.ndarray | None = None

    def chosen(self, which: np.ndarray) -> "Rows":
        """The rows for which a mask is true, or those at indices, in their order."""
        place = None if self.place is None else self.place[which]
        return Rows(self.action[which], self.item[which], self.engaged[which], place)


@dataclass(frozen=True)
class Behaviour:
    """The behaviour of a chunk of users.

    Attributes:
        users: The users' numbers. [users]
        actions: Their actions.
        rows: The events of these actions.
    """

    users: np.ndarray
    actions: Actions
    rows: Rows


def draw_behaviour(config: GeneratorConfig, catalogue: Catalogue, users: range) -> Behaviour:
    """Draws a chunk. The behaviour of a user depends only on the seed and the user's number, not on the chunk."""
    numbers = np.arange(users.start, users.stop)
    streams = [stream(config.seed, Purpose.USER, user) for user in users]
    actions = draw_actions(config, catalogue, numbers, streams)
    action = np.repeat(np.arange(len(actions.user)), actions.clicks)
    user, topic, day = actions.user[action], actions.topic[action], actions.day[action]
    if has_own_choice(config):
        items = item_choice(catalogue).draw(user, topic, day, streams)
    else:
        items = draw_items(catalogue, user, topic, streams)
    by_itself = np.flatnonzero(actions.clicks == 0)
    shown_action = np.repeat(np.arange(len(actions.user)), actions.shown)
    shown_by_user = np.bincount(actions.user[shown_action], minlength=len(users)).tolist()
    uniform = np.concatenate([each.random((count, 2)) for each, count in zip(streams, shown_by_user, strict=True)])
    shown = _shown(catalogue, actions, shown_action, uniform)
    rows = Rows(
        np.concatenate([action, by_itself, shown_action]),
        np.concatenate([items, np.full(len(by_itself), NO_ITEM), shown]),
        np.concatenate([np.ones(len(action) + len(by_itself), bool), np.zeros(len(shown), bool)]),
    )
    return Behaviour(numbers, actions, _in_order(rows, catalogue.items))


def _shown(catalogue: Catalogue, actions: Actions, action: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Draws items that are only shown: from the user's interests in the feed, from the topic in a search."""
    favourite = actions.interests[action, catalogue.interest_at(uniform[:, 0])]
    topic = np.where(actions.is_search[action], actions.topic[action], favourite)
    if catalogue.config.item_life_days:
        return item_choice(catalogue).shown(topic, actions.day[action], uniform[:, 1])
    return catalogue.item(topic, catalogue.rank_at(uniform[:, 1], topic))


def _in_order(rows: Rows, items: int) -> Rows:
    """Sorts rows by action, and removes repeated items within an action."""
    order = np.argsort(rows.action, kind="stable")
    action, item, engaged = (each[order] for each in (rows.action, rows.item, rows.engaged))
    once = np.sort(np.unique(action * (items + 1) + item + 1, return_index=True)[1])
    return Rows(action[once], item[once], engaged[once])
