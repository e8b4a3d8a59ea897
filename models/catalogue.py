"""The known attributes of all items, as tables by item index."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Catalogue:
    """Integer tables with one row for each item index; the rows of padding and of the unknown item are 0.

    A table has no columns if nothing of its kind is known.

    Attributes:
        words: [items, title words], word indices of each title.
        category_words: [items, category words], word indices of each category path.
        categories: [items, category levels], one index for each level, broad to narrow.
        attributes: [items, attributes], one index for each attribute, such as the brand.
        engagements: [items], the number of training examples whose positive is the item.
    """

    words: np.ndarray
    category_words: np.ndarray
    categories: np.ndarray
    attributes: np.ndarray
    engagements: np.ndarray

    @classmethod
    def of_ids(cls, items: int) -> "Catalogue":
        """A catalogue of `items` item indices without any attributes."""
        nothing = np.zeros((items, 0), np.int32)
        return cls(nothing, nothing, nothing, nothing, engagements=np.zeros(items, np.int32))
