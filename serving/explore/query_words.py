"""Tells which words of a query occur in the log, and which the model has in its vocabulary."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas import signatures
from schemas.word_splitting import words
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest
from serving.shop_log.event_log import EventLog

_NOBODYS_WORD = "qxzvjkwfpq"
"""No vocabulary has this word, so a model answers to it as to any unknown word."""
_MOST_COMPARED = 20


@dataclass(frozen=True)
class QueryWord:
    """A word of a query.

    Attributes:
        word: The word in lower case.
        titles: How many titles of the log's items have the word.
        queries: How many different queries of the log have the word.
        is_told_apart: Whether the model answers differently to this word than to an unknown word.
    """

    word: str
    titles: int
    queries: int
    is_told_apart: bool


def distinct_words(text: str, fold_accents: bool = False) -> list[str]:
    """Returns the different words of a text, split as the model's own graph splits it.

    Args:
        text: The text.
        fold_accents: Whether accents do not count, as in `transform.fold_accents`.
    """
    return list(dict.fromkeys(words(text, fold_accents)))


class QueryWords:
    """Looks up the words of queries.

    Args:
        log: The log, whose titles and queries are counted once, here.
        fold_accents: Whether accents do not count, as in `transform.fold_accents`.
    """

    def __init__(self, log: EventLog, fold_accents: bool = False):
        self._fold_accents = fold_accents
        titles = (item.title for item in log.items.values())
        self._in_titles = Counter(word for title in titles for word in distinct_words(title, fold_accents))
        typed = {event.query for events in log.events.values() for event in events if event.query}
        self._in_queries = Counter(word for query in typed for word in distinct_words(query, fold_accents))
        self._popular = tuple(item_id for item_id, _ in log.item_counts.most_common(_MOST_COMPARED))

    def of(self, client: RankingClient, query: str, moment: Mapping[str, Any]) -> list[QueryWord]:
        """Tells about each word of a query.

        A vocabulary lies within the model's graph, where a client cannot read it. But to the model, all words outside
        of its vocabulary are the same. So each word is sent as a query of its own, and so is a word that nobody uses.
        The model knows a word if it answers the two differently. The answers that are compared are the queries' vectors
        or, if the model has none, the scores of popular items.

        Args:
            client: A client of the model's server.
            query: The text in the search box.
            moment: The other arguments of a `RankRequest`: time and context.

        Raises:
            CallError: The server was not reached, or refused.
        """
        typed = distinct_words(query, self._fold_accents)
        if not typed or not self._popular:
            return []
        *told, unknown = self._answers(client, [*typed, _NOBODYS_WORD], moment)
        return [
            QueryWord(word, self._in_titles[word], self._in_queries[word], not _is_same(answer, unknown))
            for word, answer in zip(typed, told, strict=True)
        ]

    def _answers(
        self, client: RankingClient, typed: Sequence[str], moment: Mapping[str, Any]
    ) -> list[tuple[float, ...]]:
        if signatures.EMBED_QUERY in client.signature_names():
            return [client.embed_query(word) for word in typed]
        requests = [RankRequest("", self._popular, word, **moment) for word in typed]
        ranked = [{item.item_id: item.score for item in items} for items in client.rank_many(requests)]
        return [tuple(scores[item_id] for item_id in self._popular) for scores in ranked]


def _is_same(one: Sequence[float], other: Sequence[float]) -> bool:
    # Rows of one batch may differ in the last digit.
    return all(math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-7) for a, b in zip(one, other, strict=True))
