"""The catalogue of a made-up platform: topics, items, their popularity and their words.

Item number i belongs to topic `i % topics` and has the rank `i // topics` in it. So nothing is stored per item, and the
catalogue may be of any size.
"""

from typing import Final

import numpy as np

from components.synthetic_log.generator_config import GeneratorConfig

_NAME_WORDS: Final = 2
"""A topic or category is named by its first two words, or by its only one."""


class Catalogue:
    """Everything about topics and items that follows from the configuration without random numbers.

    Args:
        config: The platform.

    Attributes:
        config: The platform.
        topic_shares: The popularity of each topic; they sum to 1. [topics]
        topic_sizes: How many items each topic has. [topics]
        interest_weights: The weight of each of a user's interests; they sum to 1. [interests]
        item_mass: At n, the total popularity of the first n items of a topic, not normalized. [largest topic + 1]
    """

    def __init__(self, config: GeneratorConfig):
        self.config = config
        self.items = config.items
        self.topics = config.topics
        self._categories = config.categories
        self._words = config.words_per_topic
        self.topic_shares = _scaled(np.arange(1.0, config.topics + 1) ** -config.topic_skew)
        self.topic_sizes = (config.items - np.arange(config.topics) + config.topics - 1) // config.topics
        self.interest_weights = _scaled(1 / np.arange(1, config.interests + 1))
        popularity = np.arange(1.0, self.topic_sizes[0] + 1) ** -config.item_skew
        self.item_mass = np.concatenate([[0.0], np.cumsum(popularity)])
        self._topic_cumulative = np.cumsum(self.topic_shares)
        self._interest_cumulative = np.cumsum(self.interest_weights)

    def topic_at(self, uniform: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into topics by their popularity."""
        return np.minimum(np.searchsorted(self._topic_cumulative, uniform, side="right"), self.topics - 1)

    def interest_at(self, uniform: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into indices of a user's interests, by their weights."""
        last = len(self._interest_cumulative) - 1
        return np.minimum(np.searchsorted(self._interest_cumulative, uniform, side="right"), last)

    def rank_at(self, uniform: np.ndarray, topics: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into ranks of items within these topics, by the items' popularity."""
        sizes = self.topic_sizes[topics]
        ranks = np.searchsorted(self.item_mass[1:], uniform * self.item_mass[sizes], side="right")
        return np.minimum(ranks, sizes - 1)

    def item(self, topics: np.ndarray, ranks: np.ndarray) -> np.ndarray:
        """The items with these ranks in these topics."""
        return ranks * self.topics + topics

    def topic(self, items: np.ndarray) -> np.ndarray:
        """The topics of items."""
        return items % self.topics

    def category(self, topics: np.ndarray) -> np.ndarray:
        """The categories of topics."""
        return topics % self._categories

    def popularity(self, items: np.ndarray) -> np.ndarray:
        """The popularity of items within their topics, not normalized, like `item_mass`."""
        ranks = items // self.topics
        return self.item_mass[ranks + 1] - self.item_mass[ranks]

    @property
    def terms(self) -> int:
        """How many words there are. Words of topics come first, then words of categories."""
        return (self.topics + self._categories) * self._words

    def term_owners(self) -> np.ndarray:
        """The topic that each word belongs to, and the category of a word of a category. [terms]"""
        owners = np.arange(self.terms) // self._words
        return np.where(owners < self.topics, owners, owners - self.topics)

    def name_terms(self) -> np.ndarray:
        """The words that name each topic and, after the topics, each category. [topics + categories, words]"""
        first = np.arange(0, self.terms, self._words)
        return first[:, np.newaxis] + np.arange(min(_NAME_WORDS, self._words))

    def terms_at(self, uniform: np.ndarray, topics: np.ndarray, of_category: np.ndarray) -> np.ndarray:
        """Turns numbers from [0, 1) into words of these topics or, where `of_category` is true, of their categories."""
        owner = np.where(of_category, self.topics + self.category(topics), topics)
        return owner * self._words + (uniform * self._words).astype(np.int64)


def _scaled(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()
