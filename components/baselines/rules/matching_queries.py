"""The rule `queries_of_items`: items that training's searches led to, with queries like this one."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from components.baselines import rule_names
from components.baselines.rules.matching_words import MatchingWords
from components.baselines.training_log import TrainingLog
from schemas.word_splitting import words


class MatchingQueries(MatchingWords):
    """Orders items by BM25 of the query in the queries that led to them in training; popularity breaks ties.

    All queries that led to an item are one text, so that a word counts as often as it led there. Items without any have
    no text: they are not among the N texts, and get 0. All else is as in `MatchingWords`: where there is no query, the
    newest one of the history counts. On a log whose items have no titles, this is the only text that they have.
    """

    name = rule_names.ITEM_QUERIES

    def _texts(self, log: TrainingLog) -> Mapping[int, Counter[str]]:
        found: dict[int, Counter[str]] = defaultdict(Counter)
        led = Counter(zip(log.positives.tolist(), log.queries, strict=True))
        for (item, query), times in led.items():
            for word in words(query, fold_accents=True):
                found[item][word] += times
        return dict(found)
