"""Shows the items of each action as a list of a page, and hides from users what they do not look at.

The page has `list_length` places. What an action engages with and what is shown beside are put on them in a random
order in which every third item is promoted; places that are left hold what nobody logs. A user sees the place k with
the probability k^-`place_bias` (as in Joachims, Swaminathan and Schnabel 2017), and engages with what is wanted
only if it is seen there. So engagement is a position-based click model: the place of an item depends on the item and on
chance, not on whether it is wanted.
"""

import numpy as np

from components.synthetic_log.behaviour import NO_ITEM, Behaviour, Rows
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.random_streams import Purpose, stream

_PROMOTED_EVERY = 3
_PROMOTION = 0.5
"""How far a promoted item stands ahead; an order by chance alone is over a range of 1."""


def examination(config: GeneratorConfig) -> np.ndarray:
    """The probability that a user sees each place of a list, from the first on. [list length]"""
    return np.arange(1, config.list_length + 1, dtype=float) ** -config.place_bias


def is_promoted(items: np.ndarray) -> np.ndarray:
    """Whether the platform puts each item high. [items]"""
    return items % _PROMOTED_EVERY == 0


def shown_in_lists(config: GeneratorConfig, behaviour: Behaviour) -> Behaviour:
    """The same behaviour as far as users see it, with the place of each item.

    What was wanted and not seen is only shown. A search all of whose clicks were not seen is one without a click.

    Args:
        config: The platform, whose lists have a length.
        behaviour: What users want.
    """
    rows, length = behaviour.rows, config.list_length
    actions = len(behaviour.actions.user)
    of_users = np.diff(behaviour.actions.first).tolist()
    streams = [stream(config.seed, Purpose.PLACES, int(user)) for user in behaviour.users]
    uniform = np.concatenate([each.random((count, 2, length)) for each, count in zip(streams, of_users, strict=True)])
    is_item = rows.item != NO_ITEM
    action, item = rows.action[is_item], rows.item[is_item]
    slot = np.arange(len(action)) - np.searchsorted(action, action)
    keys = uniform[:, 0]
    keys[action, slot] -= np.where(is_promoted(item), _PROMOTION, 0.0)
    place = np.zeros(len(rows.item), np.int64)
    place[is_item] = np.argsort(np.argsort(keys, axis=1), axis=1)[action, slot] + 1
    is_seen = np.ones(len(rows.item), bool)
    is_seen[is_item] = uniform[action, 1, slot] < examination(config)[place[is_item] - 1]
    engaged = rows.engaged & is_seen
    has_event = np.bincount(rows.action, engaged, actions) > 0
    unseen = np.flatnonzero(behaviour.actions.is_search & ~has_event)
    together = Rows(
        np.concatenate([unseen, rows.action]),
        np.concatenate([np.full(len(unseen), NO_ITEM), rows.item]),
        np.concatenate([np.ones(len(unseen), bool), engaged]),
        np.concatenate([np.zeros(len(unseen), np.int64), place]),
    )
    order = np.argsort(together.action, kind="stable")
    return Behaviour(behaviour.users, behaviour.actions, together.chosen(order))
