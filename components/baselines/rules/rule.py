"""What a rule is: it orders items for an example by keys, without anything being trained."""

import abc
from typing import ClassVar

import numpy as np

from components.baselines.example_columns import ExampleColumns
from components.baselines.item_features import ItemFeatures
from components.baselines.training_log import TrainingLog

Keys = tuple[np.ndarray, ...]
"""Each a number for every row and item, higher is better. A later key orders what all earlier ones leave equal."""


class Rule(abc.ABC):
    """Orders items. It is learned once, when it is made, and can be pickled.

    Args:
        catalogue: The items.
        log: The training split.
    """

    name: ClassVar[str]

    def __init__(self, catalogue: ItemFeatures, log: TrainingLog):
        self._catalogue = catalogue
        self._learn(log)

    @abc.abstractmethod
    def _learn(self, log: TrainingLog) -> None:
        """Keeps of the training split what the rule needs."""

    @abc.abstractmethod
    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """The keys by which the rule orders items.

        Args:
            examples: A batch; its own candidates do not matter here.
            items: int [rows, any] the indices of the items to order for each row.

        Returns:
            Arrays of the shape of `items`.
        """
