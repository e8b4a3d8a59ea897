"""The rule `same_category`: items with the categories and attributes of what the user had last."""

from typing import Final

import numpy as np

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.item_features import NOTHING, ItemFeatures
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.rule import Keys, Rule
from components.baselines.training_log import TrainingLog

NEWEST: Final = 5
"""How many of the newest items of a history count."""


class SharedTraits(Rule):
    """Orders items by how many category levels and attributes they share with the newest items of the history.

    What is shared with each of the newest five counts, with equal weight; popularity breaks ties.
    """

    name = rule_names.SAME_CATEGORY

    def _learn(self, log: TrainingLog) -> None:
        self._popularity = PopularItems(self._catalogue, log)

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Two keys: the number of shared values, then popularity."""
        shared = shared_traits(self._catalogue, examples.history[:, :NEWEST], items)
        return shared, *self._popularity.keys(examples, items)


def shared_traits(catalogue: ItemFeatures, history: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Counts what items share with those of a history.

    Args:
        catalogue: The items.
        history: int [rows, length] indices of items, padded with `NOTHING`.
        items: int [rows, any] indices of items.

    Returns:
        int32 [rows, any] the number of pairs of a history's item and a category level or attribute, in which the item
        has the same value.
    """
    traits, rows = catalogue.traits, len(items)
    values = int(traits.max(initial=NOTHING)) + 1
    held = np.zeros((rows, values + 1), np.int32)
    row, _ = np.nonzero(np.ones_like(history))
    for slot in range(traits.shape[1]):
        np.add.at(held, (row, traits[catalogue.known(history), slot].ravel()), 1)
    held[:, NOTHING] = 0  # The last column, where everything without a value was counted.
    places, shared = catalogue.known(items), np.zeros(items.shape, np.int32)
    for slot in range(traits.shape[1]):
        shared += np.take_along_axis(held, traits[places, slot] % (values + 1), axis=1)
    return shared
