"""The rule `words_of_query`: items whose texts hold the words of the query."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np

from components.baselines import rule_names
from components.baselines.example_columns import ExampleColumns
from components.baselines.rules.popular_items import PopularItems
from components.baselines.rules.rule import Keys, Rule
from components.baselines.training_log import TrainingLog
from schemas.word_splitting import words

K1: Final = 1.2
B: Final = 0.75
"""What BM25 usually has: how soon a repeated word adds no more, and how much long texts are held back."""


class MatchingWords(Rule):
    """Orders items by BM25 of the query in title, categories and attributes; popularity breaks ties.

    Where there is no query, as on the feed, the newest one of the history takes its place. A word of the query counts
    once, and accents do not count. A word in n of N texts weighs ln(1 + (N - n + 0.5) / (n + 0.5)).
    """

    name = rule_names.QUERY_WORDS

    def _learn(self, log: TrainingLog) -> None:
        self._popularity = PopularItems(self._catalogue, log)
        texts = self._texts(log)
        mean = sum(text.total() for text in texts.values()) / max(len(texts), 1)
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for item, text in texts.items():
            length = text.total()
            for word, times in text.items():
                found[word].append((item, times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))))
        self._postings = {
            word: (
                np.array([item for item, _ in pairs], np.int32),
                np.array([weight for _, weight in pairs])
                * np.log(1 + (len(texts) - len(pairs) + 0.5) / (len(pairs) + 0.5)),
            )
            for word, pairs in found.items()
        }

    def _texts(self, log: TrainingLog) -> Mapping[int, Counter[str]]:
        """How often each word is in the text of each item that has one, be it an empty one."""
        return {item: Counter(text) for item, text in enumerate(self._catalogue.texts)}

    def keys(self, examples: ExampleColumns, items: np.ndarray) -> Keys:
        """Two keys: BM25, then popularity."""
        return self.relevance(examples, items), *self._popularity.keys(examples, items)

    def relevance(self, examples: ExampleColumns, items: np.ndarray) -> np.ndarray:
        """BM25 of each row's query in the texts of items, float64 [rows, any]."""
        places = self._catalogue.known(items)
        scores, of_all = np.zeros(items.shape), np.zeros(len(self._catalogue) + 1)
        for row, query in enumerate(examples.queries):
            postings = [self._postings[word] for word in sorted(set(words(query, True))) if word in self._postings]
            for found, weights in postings:
                of_all[found] += weights
            if postings:
                scores[row] = of_all[places[row]]
            for found, _ in postings:
                of_all[found] = 0
        return scores
