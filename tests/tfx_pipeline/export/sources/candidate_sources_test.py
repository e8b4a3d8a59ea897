"""The sources by numbers worked out by hand, and all of them in a real export, run as TF Serving runs it."""

import contextlib

import numpy as np
import pytest
import tensorflow as tf

from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from schemas.retrieval_sources import SOURCES
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
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.sources.allowed_items import AllowedItems
from tfx_pipeline.export.sources.candidate_sources import Asked, CandidateSources, SourceTables, words_asked
from tfx_pipeline.export.sources.item_tables import (
    categories_table,
    neighbours_table,
    queries_table,
    words_table,
)
from tfx_pipeline.export.sources.popularity_order import PopularityOrder

OFF = dict.fromkeys(SOURCES, 0) | {"vectors": 1}
ALL = {"vectors": 1, "words": 2, "queries": 1, "category": 1, "neighbours": 1, "history": 2, "popularity": 1}


class TestByHand:
    """Six items, 1 to 6: their words (1 red, 2 mug), one category each, three histories, and two queries."""

    WORDS = np.array([[0, 0], [1, 0], [1, 2], [2, 0], [0, 0], [0, 0], [0, 0], [0, 0]])
    CATEGORIES = np.array([[0], [1], [1], [1], [2], [2], [0], [0]])
    NAMES = CategoryFilter(np.array([[""], ["a"], ["a"], ["a"], ["b"], ["b"], [""], [""]], object))
    ENGAGEMENTS = np.array([0, 1, 2, 3, 4, 5, 6, 0])
    BASKETS = np.array([[0, 1], [0, 6], [1, 1], [1, 6], [2, 1], [2, 4]])
    # `red` led to item 4 once, and `red red mug` to item 6.
    LED = np.array([[1, 4], [1, 6], [1, 6], [2, 6]])
    ORDER = PopularityOrder(ENGAGEMENTS)
    NEAREST = (5, 1, 2, 3, 4, 6)

    def found(self, quotas, words=(), history=(), left_out=(), category="", columns=6):
        """Pairs of an item and its source, in their order."""
        tables = SourceTables(
            {**OFF, **quotas},
            words_table([self.WORDS], 4),
            queries_table(self.LED, 8, 4),
            *categories_table(self.CATEGORIES, self.ENGAGEMENTS),
            neighbours_table(self.BASKETS, 8),
        )
        nearest = [item for item in self.NEAREST if item not in left_out]
        if category:
            nearest = [item for item in nearest if category == ["", "a", "b"][self.CATEGORIES[item, 0]]]
        places = tf.gather(self.ORDER.places, tf.constant([left_out], tf.int32, [1, len(left_out)]))
        allowed = AllowedItems(self.ORDER, self.NAMES, tf.constant([[category]]), places)
        asked = Asked(
            tf.constant([words], tf.int32, [1, len(words)]),
            tf.constant([history], tf.int32, [1, len(history)]),
            allowed,
        )
        rows, sources = CandidateSources(tables, self.ORDER).with_nearest(
            tf.constant([nearest], tf.int32, [1, len(nearest)]), asked, tf.constant(columns)
        )
        told = zip(rows[0].numpy().tolist(), sources[0].numpy().tolist(), strict=True)
        return [(item, SOURCES[source]) for item, source in told if item]

    def test_words(self):
        # Red stands in two items of six, in the first alone, as mug does in the third alone; both in the second.
        assert self.found({"words": 3}, words=[1, 0], columns=3) == [(1, "words"), (2, "words"), (5, "vectors")]
        assert self.found({"words": 3}, words=[2, 1, 1], columns=3)[0] == (2, "words")
        # 3 is the unknown word.
        assert self.found({"words": 3}, words=[3], columns=2) == [(5, "vectors"), (1, "vectors")]

    def test_the_more_popular_of_equally_good_ones(self):
        # Items 1 and 3 have one word each; as often, and in texts equally long.
        assert self.found({"words": 3}, words=[1, 2], columns=3) == [(2, "words"), (3, "words"), (5, "vectors")]

    def test_queries(self):
        # Both texts hold red. Item 6 has it twice, but in a text of 3 words, where 2 are usual: 4.4 / (2 + 1.65) is
        # 1.21, and item 4 has 2.2 / (1 + 0.75), which is 1.26. Mug led to item 6 alone.
        assert self.found({"queries": 2}, words=[1], columns=3) == [(4, "queries"), (5, "vectors"), (6, "queries")]
        assert self.found({"queries": 2}, words=[2, 1], columns=1) == [(6, "queries")]
        # Neither words nor a history: 3 is the unknown word, 0 is padding.
        assert self.found({"queries": 2}, words=[3, 0], history=[4], columns=2) == [(5, "vectors"), (1, "vectors")]

    def test_category(self):
        assert self.found({"category": 2}, history=[0, 1], columns=3) == [
            (3, "category"),
            (5, "vectors"),
            (2, "category"),
        ]
        # Two of the newest are of the one category, so it counts twice: items 3, 2 and 1 weigh 2 * 4, 2 * 3 and 2 * 2,
        # items 5 and 4 of the other one weigh 6 and 5. Of equal ones, the more popular comes first.
        assert self.found({"vectors": 9, "category": 4}, history=[1, 4, 2], columns=5) == [
            (5, "vectors"),
            (1, "vectors"),
            (3, "category"),
            (2, "vectors"),
            (4, "vectors"),
        ]
        # Item 6 has no category.
        assert self.found({"category": 2}, history=[6], columns=1) == [(5, "vectors")]

    def test_only_the_newest_five_tell_categories(self):
        found = self.found({"category": 2}, history=[4, 1, 1, 2, 3, 3, 0], columns=6)
        assert [item for item, source in found if source == "category"] == [3, 2]

    def test_neighbours(self):
        # Of the three histories of item 1, two hold item 6, which is in no other; one holds item 4.
        found = self.found({"neighbours": 2}, history=[1, 1, 0], columns=3)
        assert found == [(6, "neighbours"), (5, "vectors"), (4, "neighbours")]
        assert self.found({"neighbours": 2}, history=[5], columns=1) == [(5, "vectors")]

    def test_the_history_by_how_often_and_then_the_newest(self):
        # Items 4 and 2 twice, and 2 the last time after 4; then 3. 7 is the unknown item, 0 is padding.
        history = [4, 2, 4, 7, 0, 2, 3, 7, 7, 0]
        found = self.found({"history": 4}, history=history, columns=6)
        assert found[:3] == [(2, "history"), (4, "history"), (3, "history")]
        assert found[3:] == [(5, "vectors"), (1, "vectors"), (6, "vectors")]
        assert self.found({"history": 1}, history=history, columns=2) == [(5, "vectors"), (2, "history")]
        # What is left out makes room for what is not, and of another category nothing comes.
        assert self.found({"history": 2}, history=history, left_out=[2, 4], columns=1) == [(3, "history")]
        assert self.found({"history": 2}, history=history, category="b", columns=1) == [(4, "history")]
        assert self.found({"history": 2}, history=history, left_out=[2, 3, 4], columns=1) == [(5, "vectors")]
        assert self.found({"history": 2}, columns=1) == [(5, "vectors")]

    def test_popularity_comes_after_all_others(self):
        expected = [(1, "words"), (5, "vectors"), (2, "words"), (6, "popularity"), (3, "vectors"), (4, "vectors")]
        assert self.found({"words": 2, "popularity": 2}, words=[1]) == expected

    def test_what_is_left_out_is_in_no_source_and_others_take_its_place(self):
        found = self.found({**ALL, "words": 1}, words=[1], history=[1], left_out=[1, 6, 3])
        assert found == [(5, "vectors"), (2, "words"), (4, "queries")]
        assert self.found({"popularity": 1}, left_out=[6, 5], columns=3)[2] == (4, "popularity")
        assert self.found({"category": 1}, history=[1], left_out=[3], columns=1) == [(5, "vectors")]
        assert (2, "category") in self.found({"category": 1}, history=[1], left_out=[3], columns=2)

    def test_other_categories_are_in_no_source(self):
        found = self.found(ALL, words=[1, 2], history=[1], category="b")
        assert dict(found) == {5: "vectors", 4: "queries"}
        assert self.found(ALL, words=[1, 2], history=[1], category="c") == []

    def test_everything_is_found_once(self):
        found = self.found({name: 9 for name in SOURCES}, words=[1, 2], history=[1, 4])
        assert sorted(item for item, _ in found) == [1, 2, 3, 4, 5, 6]


def test_the_newest_query_of_the_history_counts_in_the_feed():
    searched = {
        features.SURFACE_INDEX: [0, 0, 1],
        features.SEARCH_KINDS: [[1, 1, 0], [0, 0, 0], [1, 0, 0]],
        features.SEARCH_WORDS: [[[1, 0], [2, 3], [0, 0]], [[0, 0]] * 3, [[4, 0], [0, 0], [0, 0]]],
        features.QUERY_WORDS: [[0, 0], [0, 0], [5, 6]],
    }
    words = words_asked({name: tf.constant(value) for name, value in searched.items()}).numpy()
    assert [sorted(set(row) - {0}) for row in words.tolist()] == [[2, 3], [], [5, 6]]


TITLES = {"item-g": ["red"], "item-h": ["red", "lamp"], "item-j": ["mug"]}
LED = [("red", "item-f"), ("red", "item-f"), ("red", "item-i"), ("lamp", "item-i"), ("mug", "item-k")]
"""`red` led to item-f twice, `red lamp` to item-i once, and `mug` to item-k."""
TOGETHER = [("item-a", "item-k"), ("item-a", "item-k"), ("item-a", "item-e"), ("item-e",)]


@pytest.fixture(scope="module")
def with_sources(exported, tmp_path_factory):
    """The retriever with all sources."""
    output = exported.transform_output
    words = np.zeros((len(ITEMS) + 2, 2), np.int32)
    for item, title in TITLES.items():
        words[exported.index(item), : len(title)] = [exported.index(word, features.WORD_VOCABULARY) for word in title]
    known = len(output.vocabulary_by_name(features.WORD_VOCABULARY)) + 2
    baskets = [[place, exported.index(item)] for place, items in enumerate(TOGETHER) for item in items]
    led = [[exported.index(word, features.WORD_VOCABULARY), exported.index(item)] for word, item in LED]
    tables = SourceTables(
        ALL,
        words_table([words], known),
        queries_table(np.array(led), len(words), known),
        *categories_table(category_indices(output), item_column(output, ENGAGEMENTS)),
        neighbours_table(np.array(baskets), len(words)),
    )
    model_dir = exported_retriever(tmp_path_factory.mktemp("sources"), output, tables).model_dir
    with contextlib.closing(Servable(model_dir)) as servable:
        yield servable


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


# A click on item-a, then the query `red` with clicks on item-c and item-d, which are of item-a's and item-b's path.
TURNS = [
    (1 / 2, "item-g", "words"),
    (2 / 2, "item-h", "words"),
    (1, "item-f", "queries"),
    (1, "item-b", "category"),
    (1, "item-k", "neighbours"),
    (1 / 2, "item-d", "history"),
    (2 / 2, "item-c", "history"),
    (1 + 1, "item-l", "popularity"),
]
"""When each item of a source has its turn: its place in the source's list, by the source's quota."""


def in_turn(servable, query=None, others=()):
    """The items with their sources, in the order of their turns: the nearest vectors are those of `rank`."""
    ranked = servable.run(signatures.RANK, rank_inputs([HISTORY], ["u1"], [query or ""], ITEMS))[signatures.SCORES][0]
    nearest = [(turn, ITEMS[place], "vectors") for turn, place in enumerate(np.argsort(-ranked), start=1)]
    found = {}
    for _, item, source in sorted([*nearest, *others], key=lambda each: (each[0], SOURCES.index(each[2]))):
        found.setdefault(item, source)
    return list(found.items())


@pytest.mark.parametrize("k", [1, 2, 4, 6, 8, 12])
def test_each_source_adds_its_items_and_vectors_fill_the_rest(with_sources, k):
    assert told(ask(with_sources, k=k)) == dict(in_turn(with_sources, others=TURNS)[:k])


@pytest.mark.parametrize(
    ("query", "words", "queries"),
    [("red lamp", ["item-h", "item-g"], ["item-i"]), ("mug mug", ["item-j"], ["item-k"]), ("zzz", [], [])],
)
def test_in_a_search_the_words_of_the_query_count(with_sources, query, words, queries):
    by_words = [(turn, item, "words") for turn, item in zip((1 / 2, 1), words, strict=False)]
    by_queries = [(1, item, "queries") for item in queries]
    others = [*by_words, *by_queries, *(each for each in TURNS if each[2] not in ("words", "queries"))]
    assert told(ask(with_sources, query=query, k=7)) == dict(in_turn(with_sources, query, others)[:7])


def test_the_items_stand_by_the_scores_of_rank(with_sources):
    answer = ask(with_sources)
    ranked = with_sources.run(
        signatures.RANK, rank_inputs([HISTORY], ["u1"], [""], answer[signatures.ITEMS].astype(str))
    )
    np.testing.assert_allclose(answer[signatures.SCORES], ranked[signatures.SCORES][0], atol=1e-6)
    assert (np.diff(answer[signatures.SCORES]) <= 0).all()


def test_what_is_left_out_and_other_categories_are_in_no_source(with_sources):
    seen = {"item-a", "item-c", "item-d"}
    assert set(told(ask(with_sources, k=12, exclude_seen=True))) == set(ITEMS) - seen
    assert set(told(ask(with_sources, k=12, category=("garden",)))) == set(ITEMS[6:10])
    assert set(told(ask(with_sources, k=12, category=("garden", "lamps"), exclude_seen=True))) == set(ITEMS[6:9])
    assert told(ask(with_sources, k=12, category=("zoo",))) == {}


def test_what_was_had_again_and_again_is_offered_from_the_history(with_sources):
    """item-e was clicked twice and found once; item-z is in no catalogue. Words alone offer anything as early."""
    feed, search = Surface
    items = ("item-e", "item-z", "item-z", "item-z", "item-z", "item-e", "item-a")
    clicks = [Token(feed, (item,)) for item in items]
    history = (*clicks[:6], Token(search, ("item-e", "item-b"), "red"), clicks[6])
    assert told(ask(with_sources, history=history, k=2)) == {"item-g": "words", "item-e": "history"}
    for left_out in ({"exclude_seen": True}, {"category": ("garden",)}):
        assert "history" not in told(ask(with_sources, history=history, k=12, **left_out)).values()
    lamps = told(ask(with_sources, history=history, k=12, category=("home", "lamps")))
    assert set(lamps) == {"item-e", "item-f"}
    assert lamps["item-e"] == "history"


def test_rows_are_answered_alike_alone_and_together(with_sources):
    histories = [HISTORY, (), (Token(Surface.RECOMMENDATION, ("item-e",)),)]
    together = with_sources.run(signatures.RECOMMEND, history_inputs(histories, ["u1"] * 3) | wanted(3, 6))
    for row, history in enumerate(histories):
        alone = ask(with_sources, history=history)
        assert together[signatures.ITEMS][row].tolist() == alone[signatures.ITEMS].tolist()
        assert together[signatures.SOURCES][row].tolist() == alone[signatures.SOURCES].tolist()


def test_of_whom_nothing_is_known_gets_popularity_alone(with_sources):
    answer = ask(with_sources, history=(), k=4)
    assert told(answer) == dict.fromkeys(["item-l", "item-b", "item-i", "item-d"], "popularity")
