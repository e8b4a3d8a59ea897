"""Draws the words of item titles."""

from typing import Final

import numpy as np

from components.synthetic_log.made_catalogue import Catalogue

TITLE_WORDS: Final = 6
_OF_CATEGORY: Final = 0.3
"""The share of title words that belong to the category; the others belong to the topic."""


def draw_titles(catalogue: Catalogue, items: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draws the words of each item's title, as numbers; -1 throughout if items have no titles. [items, TITLE_WORDS]"""
    if catalogue.config.place_names:
        return np.full((len(items), TITLE_WORDS), -1)
    uniform = random.random((2, len(items), TITLE_WORDS))
    topics = np.repeat(catalogue.topic(items)[:, np.newaxis], TITLE_WORDS, axis=1)
    return catalogue.terms_at(uniform[0], topics, uniform[1] < _OF_CATEGORY)
