"""Which words are known, by models that tell apart and models that do not."""

import pytest

from schemas.canonical_event import Item
from serving.client.ranking_client import RankingClient
from serving.explore.query_words import QueryWord, QueryWords, distinct_words
from serving.shop_log.event_log import EventLog
from tests.support.explored_shop import shop_log


def test_each_word_of_a_text_is_told_once():
    assert distinct_words("Red MUG, red-hot C++ mug") == ["red", "mug", "hot", "c++"]


def test_a_model_that_ranks_is_asked_by_popular_items(explaining_server):
    """It knows first letters, which are those of items; neither `zebra` nor the word that nobody uses has one."""
    with RankingClient(explaining_server.rest_address, "shop") as client:
        told = QueryWords(shop_log()).of(client, "clock zebra", {})
    # `clock` is a word of c1's title and of one query, typed twice.
    assert told == [QueryWord("clock", 1, 1, True), QueryWord("zebra", 0, 0, False)]


def test_a_model_with_vectors_of_queries_is_asked_for_them(retrieval_server):
    """That of this one is the number of letters, so it confuses words with as many as the word that nobody uses has."""
    with RankingClient(retrieval_server.rest_address, "shop") as client:
        told = QueryWords(shop_log()).of(client, "lamp abcdefghij", {})
    assert told == [QueryWord("lamp", 1, 0, True), QueryWord("abcdefghij", 0, 0, False)]


@pytest.mark.parametrize(("log", "query"), [(shop_log(), "?!"), (EventLog({"a": Item("a")}), "word")])
def test_no_words_or_nothing_to_compare_by(explaining_server, log, query):
    with RankingClient(explaining_server.rest_address, "shop") as client:
        assert QueryWords(log).of(client, query, {}) == []


def test_accents_do_not_count_for_a_model_that_folds_them():
    assert distinct_words("Crème creme") == ["crème", "creme"]
    assert distinct_words("Crème creme", fold_accents=True) == ["creme"]
