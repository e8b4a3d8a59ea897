"""What lists that are served are like as a whole: coverage, exposure, popularity, novelty and diversity.

None of these says that a list is good. They say what a model with the same hit rate may still do to a shop: always
show the same few items, or ten of one kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from components.baselines.item_features import NOTHING
from components.metrics.served_lists.list_figures import (
    CLICKED_POPULARITY,
    COVERAGE,
    DIVERSITY,
    GINI,
    LISTED,
    LISTS,
    NOVELTY,
    SERVED_POPULARITY,
)
from components.metrics.served_lists.listed_items import ListedItems


@dataclass
class ListSums:
    """Sums over lists, so that those of several workers can be added.

    Attributes:
        lists: How many lists there are, empty ones left out.
        exposures: How often each item stands in them, by its index.
        popularity: The sum over lists of the mean engagements of their items.
        clicked: The sum over lists of the engagements of the item that the user wanted.
        novelty: The sum over lists of the mean self-information of their items.
        diversity: The sum over lists of the mean distance of two of their items.
        diverse: Of how many lists there is such a mean.
    """

    lists: int = 0
    exposures: Counter[int] = field(default_factory=Counter)
    popularity: float = 0.0
    clicked: float = 0.0
    novelty: float = 0.0
    diversity: float = 0.0
    diverse: int = 0

    def add(self, listed: Sequence[bytes], wanted: bytes, catalogue: ListedItems) -> None:
        """Adds a list.

        Args:
            listed: Ids of items, the best first.
            wanted: The item that the user engaged with.
            catalogue: The items.
        """
        if not listed:
            return
        places = catalogue.indices(listed)
        engagements = catalogue.engagements[places]
        self.lists += 1
        self.exposures.update(places.tolist())
        self.popularity += float(engagements.mean())
        self.clicked += float(catalogue.engagements[catalogue.indices([wanted])[0]])
        self.novelty += float(self_information(engagements, catalogue).mean())
        distance = mean_distance(catalogue.traits[places])
        if distance is not None:
            self.diversity += distance
            self.diverse += 1

    def __add__(self, other: ListSums) -> ListSums:
        """The sums over the lists of both."""
        return ListSums(
            self.lists + other.lists,
            self.exposures + other.exposures,
            self.popularity + other.popularity,
            self.clicked + other.clicked,
            self.novelty + other.novelty,
            self.diversity + other.diversity,
            self.diverse + other.diverse,
        )

    def figures(self, items: int) -> dict[str, float]:
        """The figures by name; none without a list, or where a list is more than half of the catalogue.

        Args:
            items: How many items the catalogue has.
        """
        if not self.lists or items < 2 * LISTED:
            return {}
        counts = np.zeros(items, np.int64)
        for place, count in self.exposures.items():
            if place < items:
                counts[place] = count
        return {
            LISTS: self.lists,
            COVERAGE: float(np.count_nonzero(counts)) / items,
            GINI: gini(counts),
            SERVED_POPULARITY: self.popularity / self.lists,
            CLICKED_POPULARITY: self.clicked / self.lists,
            NOVELTY: self.novelty / self.lists,
            **({DIVERSITY: self.diversity / self.diverse} if self.diverse else {}),
        }


def gini(counts: np.ndarray) -> float:
    """The Gini coefficient of how often each item is shown: 0 if all are shown alike, near 1 if a few take all places.

    G = Σ (2 i - n - 1) c_i / (n Σ c), with the counts c_i of all n items of the catalogue in ascending order, i from 1.
    Source: Gini 1912; of recommendations Fleder and Hosanagar 2009.

    Args:
        counts: int [items], of which one is above 0.
    """
    ascending, items = np.sort(counts), len(counts)
    return float(np.sum((2 * np.arange(1, items + 1) - items - 1) * ascending) / (items * ascending.sum()))


def self_information(engagements: np.ndarray, catalogue: ListedItems) -> np.ndarray:
    """How surprising an item is, in bits: -log2 of its share of all engagements of training.

    Each item counts once more than training was engaged with it, so that new ones have a share, too. Source: Zhou et
    al. 2010; Vargas and Castells 2011.

    Args:
        engagements: int [any] how often training was engaged with each item.
        catalogue: All items.

    Returns:
        float [any].
    """
    everything = catalogue.engagements.sum() + len(catalogue)
    return -np.log2((engagements + 1) / everything)


def mean_distance(traits: np.ndarray) -> float | None:
    """The mean distance of two items of a list, from 0 (alike in all that is known) to 1 (in nothing).

    The distance of two items is 1 - (slots in which they have the same value) / (slots in which one of them has any);
    slots are the levels of categories and the attributes. Source: intra-list similarity, Ziegler et al. 2005.

    Args:
        traits: int [items, slots], `NOTHING` where an item has no value.

    Returns:
        The mean over all pairs of which anything is known; None if there is no such pair.
    """
    first, second = np.triu_indices(len(traits), 1)
    one, other = traits[first], traits[second]
    known = np.sum((one != NOTHING) | (other != NOTHING), axis=1)
    shared = np.sum((one == other) & (one != NOTHING), axis=1)
    told = known > 0
    return float(np.mean(1 - shared[told] / known[told])) if told.any() else None
