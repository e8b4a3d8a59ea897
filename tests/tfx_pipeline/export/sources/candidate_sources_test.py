"""The sources of a real export, run as TF Serving runs it."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from serving.local_server.models.servable import Servable
from tests.support.exported_retriever import (
    ENGAGEMENTS,
    HISTORY,
    ITEMS,
    category_indices,
    exported_retriever,
    history_inputs,
    item_column,
    rank_inputs,
    texts,
    wanted,
)
from tfx_pipeline.export.sources.candidate_sources import SourceTables, words_asked
from tfx_pipeline.export.sources.item_tables import categories_table, neighbours_table, words_table

TITLES = {"item-g": ["red"], "item-h": ["red", "lamp"], "item-j": ["mug"]}
TOGETHER = [("item-a", "item-k"), ("item-a", "item-k"), ("item-a", "item-e"), ("item-e",)]
"""Histories: item-a stands in three, item-k in two of them, item-e in one of them and in one more."""
WORDS, CATEGORY, NEIGHBOURS, POPULARITY = (
    {"item-g": "words", "item-h": "words"},
    {"item-b": "category"},
    {"item-k": "neighbours"},
    {"item-l": "popularity"},
)
"""What each source finds for `HISTORY`: a click on item-a, then the query `red` with clicks on item-c and item-d."""
OFF = {"vectors": 1, "words": 0, "category": 0, "neighbours": 0, "popularity": 0}


def tables(exported, **quotas):
    output = exported.transform_output
    words = np.zeros((len(ITEMS) + 2, 2), np.int32)
    for item, title in TITLES.items():
        words[exported.index(item), : len(title)] = [exported.index(word, features.WORD_VOCABULARY) for word in title]
    known = len(output.vocabulary_by_name(features.WORD_VOCABULARY)) + 2
    baskets = [[place, exported.index(item)] for place, items in enumerate(TOGETHER) for item in items]
    return SourceTables(
        {**OFF, **quotas},
        words_table([words], known),
        *categories_table(category_indices(output), item_column(output, ENGAGEMENTS)),
        neighbours_table(np.array(baskets), len(words)),
    )


@pytest.fixture(scope="module")
def with_sources(exported, tmp_path_factory):
    """Exports with these quotas; each is loaded once."""
    with contextlib.ExitStack() as loaded:
        made = {}

        def of(**quotas):
            key = tuple(quotas.items())
            if key not in made:
                folder = tmp_path_factory.mktemp("sources")
                model_dir = exported_retriever(folder, exported.transform_output, tables(exported, **quotas)).model_dir
                made[key] = loaded.enter_context(contextlib.closing(Servable(model_dir)))
            return made[key]

        yield of


ALL = {"vectors": 1, "words": 2, "category": 1, "neighbours": 1, "popularity": 1}


def ask(servable, history=HISTORY, k=6, query=None, exclude_seen=False, category=("",)):
    inputs = history_inputs([history], ["u1"]) | wanted(1, k)
    inputs |= {signatures.EXCLUDE_SEEN: np.array([exclude_seen]), signatures.CATEGORY: texts(category)[np.newaxis]}
    name = signatures.RECOMMEND if query is None else signatures.SEARCH
    answer = servable.run(name, inputs | ({} if query is None else {signatures.RANK_QUERY: texts([query])}))
    return {name: value[0] for name, value in answer.items()}


def told(answer):
    """Items to sources."""
    items = [item.decode() for item in answer[signatures.ITEMS] if item]
    return dict(zip(items, answer[signatures.SOURCES].astype(str).tolist(), strict=False))


def nearest(servable, **asked):
    """The order of the vectors alone."""
    return list(told(ask(servable, k=12, **asked)))


@pytest.mark.parametrize(
    ("quotas", "found"),
    [
        ({"words": 2}, WORDS),
        ({"category": 1}, CATEGORY),
        ({"neighbours": 1}, NEIGHBOURS),
        # In a row of which something is known, popularity comes after all others.
        ({"popularity": 1}, POPULARITY),
        (ALL, WORDS | CATEGORY | NEIGHBOURS | POPULARITY),
    ],
)
def test_each_source_adds_its_items_and_vectors_fill_the_rest(servable, with_sources, quotas, found):
    order = nearest(servable)
    # The words' first item has its turn before the first by vectors; the second, and all else, has it after.
    expected = dict(found)
    first_word = [item for item in WORDS if item in found][:1]
    if order[0] not in first_word:
        expected[order[0]] = "vectors"
    k = len(quotas) + 1 if len(quotas) == 1 else 6
    k = max(k, len(expected))
    for item in order:
        if len(expected) < k:
            expected.setdefault(item, "vectors")
    assert told(ask(with_sources(**quotas), k=k)) == expected


def test_the_items_stand_by_the_scores_of_rank(with_sources):
    servable = with_sources(**ALL)
    answer = ask(servable)
    ranked = servable.run(signatures.RANK, rank_inputs([HISTORY], ["u1"], [""], answer[signatures.ITEMS].astype(str)))
    np.testing.assert_allclose(answer[signatures.SCORES], ranked[signatures.SCORES][0], atol=1e-6)
    assert (np.diff(answer[signatures.SCORES]) <= 0).all()


@pytest.mark.parametrize(
    ("query", "words"),
    [("mug", ["item-j"]), ("red lamp", ["item-h", "item-g"]), ("lamp lamp", ["item-h"]), ("zzz", [])],
)
def test_in_a_search_the_words_of_the_query_count(servable, with_sources, query, words):
    found = told(ask(with_sources(words=2), query=query, k=3))
    by_vectors = nearest(servable, query=query)[0]
    assert [item for item in words if item not in found] == []
    assert {item for item, source in found.items() if source == "words"} >= set(words) - {by_vectors}
    assert len(found) == 3


def test_the_newest_query_of_the_history_counts_in_the_feed():
    searched = {
        features.SURFACE_INDEX: [0, 0, 1],
        features.SEARCH_KINDS: [[1, 1, 0], [0, 0, 0], [1, 0, 0]],
        features.SEARCH_WORDS: [[[1, 0], [2, 3], [0, 0]], [[0, 0]] * 3, [[4, 0], [0, 0], [0, 0]]],
        features.QUERY_WORDS: [[0, 0], [0, 0], [5, 6]],
    }
    words = words_asked({name: tf.constant(value) for name, value in searched.items()}).numpy()
    assert [sorted(set(row) - {0}) for row in words.tolist()] == [[2, 3], [], [5, 6]]


def test_what_is_left_out_and_other_categories_are_in_no_source(with_sources):
    servable = with_sources(**ALL)
    seen = {"item-a", "item-c", "item-d"}
    assert set(told(ask(servable, k=12, exclude_seen=True))) == set(ITEMS) - seen
    assert set(told(ask(servable, k=12, category=("garden",)))) == set(ITEMS[6:10])
    assert set(told(ask(servable, k=12, category=("garden", "lamps"), exclude_seen=True))) == set(ITEMS[6:9])
    assert told(ask(servable, k=12, category=("zoo",))) == {}


def test_a_source_offers_others_in_the_place_of_those_that_are_left_out(with_sources):
    clicked = (*HISTORY, Token(Surface.RECOMMENDATION, ("item-b",)), Token(Surface.RECOMMENDATION, ("item-l",)))
    found = told(ask(with_sources(**ALL), history=clicked, k=8, exclude_seen=True))
    # Of the path of items a to d, nothing is left; of popularity, item-l is left out, so item-i is next.
    assert "category" not in found.values()
    assert found.get("item-i") in ("popularity", "vectors")


def test_rows_are_answered_alike_alone_and_together(with_sources):
    servable = with_sources(**ALL)
    histories = [HISTORY, (), (Token(Surface.RECOMMENDATION, ("item-e",)),)]
    together = servable.run(signatures.RECOMMEND, history_inputs(histories, ["u1"] * 3) | wanted(3, 6))
    for row, history in enumerate(histories):
        alone = ask(servable, history=history)
        assert together[signatures.ITEMS][row].tolist() == alone[signatures.ITEMS].tolist()
        assert together[signatures.SOURCES][row].tolist() == alone[signatures.SOURCES].tolist()


def test_of_whom_nothing_is_known_gets_popularity_alone(with_sources):
    answer = ask(with_sources(**ALL), history=(), k=4)
    assert told(answer) == dict.fromkeys(["item-l", "item-b", "item-i", "item-d"], "popularity")
