"""The rules `category_then_query_then_popularity` and `query_then_category_then_popularity`."""

import numpy as np

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.rules.matching_words import MatchingWords
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.rule import Keys, Rule
from components.baselines.rules.shared_traits import shared_traits
from components.baselines.training_log import TrainingLog


class CategoryThenQuery(Rule):
    """Orders items by what they share with the last one, then by the query's words, then by popularity.

    For instance: hotels of the last click's city first; of these, those that the query names; of these, the popular.
    """

    name = rule_names.CATEGORY_THEN_QUERY

    def _learn(self, log: TrainingLog) -> None:
        self._popularity = PopularItems(self._catalogue, log)
        self._matching = MatchingWords(self._catalogue, log)

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Three keys: shared category levels and attributes, BM25, popularity."""
        shared = shared_traits(self._catalogue, examples.history[:, :1], items)
        return shared, self._matching.relevance(examples, items), *self._popularity.keys(examples, items)


class QueryThenCategory(CategoryThenQuery):
    """Orders items by the query's words first, then by what they share with the last one, then by popularity."""

    name = rule_names.QUERY_THEN_CATEGORY

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Three keys: BM25, shared category levels and attributes, popularity."""
        shared, relevance, popularity = super().keys(examples, items)
        return relevance, shared, popularity
