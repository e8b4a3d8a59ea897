"""The known attributes of all items, as tables by item index."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Catalogue:
    """Tables with one row for each item index; the rows of padding and of the unknown item are 0.

    A table has no columns if nothing of its kind is known.

    Attributes:
        words: [items, title words], word indices of each title.
        category_words: [items, category words], word indices of each category path.
        categories: [items, category levels], one index for each level, broad to narrow.
        attributes: [items, attributes], one index for each attribute, such as the brand.
        engagements: [items], the number of training examples whose positive is the item.
        numbers: Float [items, 2 * numbers], each number and 1 if it is known, else 0 and 0.
        vectors: Float [items, width], what a text or image model makes of each item; 0 if it is not known.

    The others are integers.
    """

    words: np.ndarray
    category_words: np.ndarray
    categories: np.ndarray
    attributes: np.ndarray
    engagements: np.ndarray
    numbers: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    vectors: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def of_ids(cls, items: int) -> "Catalogue":
        """A catalogue of `items` item indices without any attributes."""
        nothing, no_numbers = np.zeros((items, 0), np.int32), np.zeros((items, 0), np.float32)
        return cls(nothing, nothing, nothing, nothing, np.zeros(items, np.int32), no_numbers, no_numbers)
