"""The words of items' titles."""

from typing import Final

import numpy as np

from components.synthetic_log.made_catalogue import Catalogue

TITLE_WORDS: Final = 6
_OF_CATEGORY: Final = 0.3
"""Words of the category among those of a title; the others are the topic's."""


def draw_titles(catalogue: Catalogue, items: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The words of each item's title, as numbers. [items, TITLE_WORDS]"""
    uniform = random.random((2, len(items), TITLE_WORDS))
    topics = np.repeat(catalogue.topic(items)[:, np.newaxis], TITLE_WORDS, axis=1)
    return catalogue.terms_at(uniform[0], topics, uniform[1] < _OF_CATEGORY)
