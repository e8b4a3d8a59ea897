"""The rule `popularity`: the items that users engaged with most often."""

import numpy as np

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.rules.rule import Keys, Rule
from components.baselines.training_log import TrainingLog


class PopularItems(Rule):
    """Orders items by the number of training examples whose positive they are. It also breaks the ties of others."""

    name = rule_names.POPULARITY

    def _learn(self, log: TrainingLog) -> None:
        self._counts = log.counts(len(self._catalogue))

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """One key: the count."""
        return (self._counts[self._catalogue.known(items)],)
