"""Hand-written generated behaviour, so small that a test can write out each line of its log."""

import numpy as np

from components.synthetic_log.actions import Actions
from components.synthetic_log.behaviour import NO_ITEM, Behaviour, Rows
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue

CATALOGUE = Catalogue(GeneratorConfig(items=12, topics=3, categories=2, words_per_topic=2))

BEHAVIOUR = Behaviour(
    users=np.array([6, 7]),
    actions=Actions(
        first=np.array([0, 3, 4]),
        user=np.array([0, 0, 0, 1]),
        is_search=np.array([False, True, True, False]),
        timestamp_ms=np.array([1_684_742_000_000, 1_684_742_000_500, 1_684_742_100_000, 1_684_742_200_000]),
        topic=np.array([1, 1, 2, 0]),
        last_feed=np.array([-1, 1, 1, -1]),
        last_search=np.array([-1, -1, 1, -1]),
        after_search=np.array([False, False, True, False]),
        interests=np.zeros((4, 1), int),
        vague=np.array([False, False, True, False]),
        terms=np.array([[-1, -1, -1], [2, 3, -1], [6, -1, -1], [-1, -1, -1]]),
        clicks=np.array([1, 2, 0, 1]),
        shown=np.array([1, 0, 1, 0]),
        detail=np.array([0.0, 0.3, 0.99, 0.5]),
    ),
    rows=Rows(
        action=np.array([0, 0, 1, 1, 2, 2, 3]),
        item=np.array([1, 5, 4, 7, NO_ITEM, 11, 9]),
        engaged=np.array([True, False, True, True, True, False, True]),
    ),
)
"""User 6: a feed click with another item shown, a search with two clicks, a vague search without one. User 7: a feed
click."""
