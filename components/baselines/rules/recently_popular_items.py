"""The rule `recent_popularity`: the items that users engaged with most often in the newest part of training."""

import math
from typing import Final

import numpy as np

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.rule import Keys, Rule
from components.baselines.training_log import TrainingLog

SHARE: Final = 0.1
"""The newest part: this share of the training examples, by number. So quiet months do not empty it."""


class RecentlyPopularItems(Rule):
    """Counts the newest tenth of the training examples, and those of the same millisecond; popularity breaks ties."""

    name = rule_names.RECENT_POPULARITY

    def _learn(self, log: TrainingLog) -> None:
        self._popularity = PopularItems(self._catalogue, log)
        newest = math.ceil(SHARE * len(log.times))
        since = int(np.sort(log.times)[-newest]) if newest else None
        self._counts = log.counts(len(self._catalogue), since)

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Two keys: the count of the newest part, then that of all."""
        return self._counts[self._catalogue.known(items)], *self._popularity.keys(examples, items)
