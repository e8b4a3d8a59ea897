"""The rule `item_neighbours`: items that stand in the same histories as the user's own."""

from typing import Final

import numpy as np
from scipy import sparse

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.item_cosines import nearest_items
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.rule import Keys, Rule
from components.baselines.training_log import TrainingLog

NEIGHBOURS: Final = 200
"""How many neighbours of an item are kept, the nearest ones."""
_SUMS_AT_ONCE: Final = 1 << 22


class ItemNeighbours(Rule):
    """Orders items by the sum of their cosines with the items of the user's history; popularity breaks ties.

    The cosine of two items is the number of training histories that hold both, divided by the root of the product of
    the numbers that hold each. An item is no neighbour of its own: that is what the rule `last_items` is for.
    """

    name = rule_names.ITEM_NEIGHBOURS

    def _learn(self, log: TrainingLog) -> None:
        self._popularity = PopularItems(self._catalogue, log)
        items = len(self._catalogue)
        self._cosines = nearest_items(log.baskets, items, NEIGHBOURS)
        # A row and a column more, for unknown items.
        self._cosines.resize((items + 1, items + 1))

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Two keys: the sum of cosines, then popularity."""
        known = self._catalogue.known(examples.history)
        owners, _ = np.nonzero(np.ones_like(known))
        history = sparse.csr_matrix(
            (np.ones(known.size), (owners, known.ravel())), shape=(len(known), len(self._catalogue) + 1)
        )
        history.data[:] = 1  # An item that is there twice counts once.
        places, sums = self._catalogue.known(items), np.zeros(items.shape)
        at_once = max(1, _SUMS_AT_ONCE // (len(self._catalogue) + 1))
        for first in range(0, len(items), at_once):
            rows = slice(first, first + at_once)
            sums[rows] = np.take_along_axis((history[rows] @ self._cosines).toarray(), places[rows], axis=1)
        return sums, *self._popularity.keys(examples, items)
