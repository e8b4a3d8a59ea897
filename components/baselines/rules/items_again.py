"""The rule `last_items`: what the user had last, once more."""

import numpy as np

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.rule import Keys, Rule
from components.baselines.training_log import TrainingLog


class ItemsAgain(Rule):
    """Orders items by how lately they stand in the user's history; popularity orders all others."""

    name = rule_names.LAST_ITEMS

    def _learn(self, log: TrainingLog) -> None:
        self._popularity = PopularItems(self._catalogue, log)

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Two keys: the length of the history for its newest item, one less for each older one, 0 for others."""
        length = examples.history.shape[1]
        lately = np.zeros(items.shape, np.int32)
        for place in range(length):  # Where the history has ended, only padding is equal to it.
            newest = examples.history[:, place, np.newaxis]
            lately[(items == newest) & (lately == 0)] = length - place
        return lately, *self._popularity.keys(examples, items)
