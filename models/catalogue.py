"""What is known of the items of a catalogue, as tables by item index."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Catalogue:
    """Integer tables with one row an item index; rows of padding and of the unknown item are 0.

    A table has no columns where nothing of its kind is known.

    Attributes:
        words: [items, title words], word indices of each title.
        category_words: [items, category words], word indices of each category path.
        categories: [items, category levels], one index a level, broad to narrow.
        attributes: [items, attributes], one index an attribute, such as the brand.
        engagements: [items], how many training examples have the item as their positive.
    """

    words: np.ndarray
    category_words: np.ndarray
    categories: np.ndarray
    attributes: np.ndarray
    engagements: np.ndarray

    @classmethod
    def of_ids(cls, items: int) -> "Catalogue":
        """The catalogue of `items` item indices of which nothing is known."""
        nothing = np.zeros((items, 0), np.int32)
        return cls(nothing, nothing, nothing, nothing, engagements=np.zeros(items, np.int32))
