"""Finds the items that share a category with an item, from the narrowest category to the broadest."""

from collections.abc import Sequence

import numpy as np


class CategoryPools:
    """The catalogue, sorted by category path, so that the items of each category are contiguous.

    Args:
        paths: The category path of each item of the catalogue, broad to narrow.
    """

    def __init__(self, paths: Sequence[tuple[str, ...]]):
        self._paths = paths
        self._order = np.array(sorted(range(len(paths)), key=paths.__getitem__), np.int64)
        self._stretches: dict[tuple[str, ...], tuple[int, int]] = {}
        for place, index in enumerate(self._order):
            path = paths[index]
            for depth in range(1, len(path) + 1):
                start, _ = self._stretches.get(path[:depth], (place, place))
                self._stretches[path[:depth]] = start, place + 1

    def of(self, index: int) -> list[np.ndarray]:
        """The catalogue indices of the items in each category of an item, including the item itself.

        Args:
            index: The item's index in the catalogue.

        Returns:
            int64 [items of the category] for each level, narrow to broad; an empty list for an item without categories.
        """
        path = self._paths[index]
        stretches = (self._stretches[path[:depth]] for depth in range(len(path), 0, -1))
        return [self._order[start:end] for start, end in stretches]
