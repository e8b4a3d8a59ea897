"""A chunk of users' whole behaviour: their actions, what they engage with, and what they only see."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from components.synthetic_log.actions import Actions, draw_actions
from components.synthetic_log.distinct_items import draw_items
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import Purpose, stream

NO_ITEM = -1


class Rows(NamedTuple):
    """The events that a log has of a chunk, in its order: of an action, first what is engaged with, then what is shown.

    Attributes:
        action: The action that each belongs to. [rows]
        item: The item; `NO_ITEM` for a search without a click. [rows]
        engaged: Whether it is engaged with; true for a search without a click. [rows]
    """

    action: np.ndarray
    item: np.ndarray
    engaged: np.ndarray


@dataclass(frozen=True)
class Behaviour:
    """What a chunk of users do.

    Attributes:
        users: Their numbers. [users]
        actions: Their actions.
        rows: The events of these.
    """

    users: np.ndarray
    actions: Actions
    rows: Rows


def draw_behaviour(config: GeneratorConfig, catalogue: Catalogue, users: range) -> Behaviour:
    """Makes a chunk. What a user does depends on the seed and the user's number, not on the chunk."""
    numbers = np.arange(users.start, users.stop)
    streams = [stream(config.seed, Purpose.USER, user) for user in users]
    actions = draw_actions(config, catalogue, numbers, streams)
    action = np.repeat(np.arange(len(actions.user)), actions.clicks)
    items = draw_items(catalogue, actions.user[action], actions.topic[action], streams)
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
    """What a feed shows is of the user's interests, what a search shows is of its topic."""
    favourite = actions.interests[action, catalogue.interest_at(uniform[:, 0])]
    topic = np.where(actions.is_search[action], actions.topic[action], favourite)
    return catalogue.item(topic, catalogue.rank_at(uniform[:, 1], topic))


def _in_order(rows: Rows, items: int) -> Rows:
    """Sorted by action, and without what an action already has."""
    order = np.argsort(rows.action, kind="stable")
    action, item, engaged = (each[order] for each in rows)
    once = np.sort(np.unique(action * (items + 1) + item + 1, return_index=True)[1])
    return Rows(action[once], item[once], engaged[once])
