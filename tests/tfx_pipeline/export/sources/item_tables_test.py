import math
from collections import Counter

import numpy as np
import pytest

from components.baselines.item_features import ItemFeatures
from components.baselines.rules.matching_queries import MatchingQueries
from components.baselines.rules.matching_words import MatchingWords
from components.baselines.training_log import TrainingLog
from tfx_pipeline.export.sources.item_tables import categories_table, neighbours_table, queries_table, words_table


def weights(table):
    return {
        (int(key), int(item)): float(weight)
        for key, item, weight in zip(table.keys, table.items, table.weights, strict=True)
    }


# Words 1 red, 2 mug, 3 lamp; 4 stands for all unknown ones. Items 1 to 4; the first row is padding, the last unknown.
TITLES = np.array([[1, 0, 0], [1, 2, 0], [2, 2, 4], [3, 0, 0], [0, 0, 0], [1, 2, 3]])
CATEGORIES = np.array([[0], [2], [0], [1], [0], [3]])
TEXTS = [["red", "mug", "mug"], ["mug", "mug"], ["lamp", "red"], []]


def test_bm25_of_the_words_of_titles_and_names():
    table = words_table([TITLES, CATEGORIES], words=5)
    mean = (3 + 2 + 2 + 0) / 4

    def bm25(times, length, holding):
        return (
            math.log(1 + (4 - holding + 0.5) / (holding + 0.5))
            * times
            * 2.2
            / (times + 1.2 * (0.25 + 0.75 * length / mean))
        )

    assert table.size == 5
    assert weights(table) == pytest.approx(
        {
            (1, 1): bm25(1, 3, 2), (1, 3): bm25(1, 2, 2),
            (2, 1): bm25(2, 3, 2), (2, 2): bm25(2, 2, 2),
            (3, 3): bm25(1, 2, 1),
        }
    )  # fmt: skip


# To item 1 led `red mug` twice and `mug`, to item 2 `red`; nothing to 3, and `lamp lamp` to 4.
LED = [(1, "red mug"), (2, "red"), (1, "mug"), (4, "lamp lamp"), (1, "red mug")]
VOCABULARY = {"red": 1, "mug": 2, "lamp": 3}


def words_of_queries(*further):
    pairs = [(VOCABULARY[word], item) for item, query in LED for word in query.split()]
    return np.array([*pairs, *further], np.int32)


def test_bm25_of_the_words_of_queries():
    # The unknown word leads nowhere, and padding and the unknown item have no text.
    table = queries_table(words_of_queries((4, 1), (0, 2), (1, 0), (2, 5)), items=6, words=5)
    mean = (5 + 1 + 2) / 3

    def bm25(times, length, holding):
        return (
            math.log(1 + (3 - holding + 0.5) / (holding + 0.5))
            * times
            * 2.2
            / (times + 1.2 * (0.25 + 0.75 * length / mean))
        )

    assert table.size == 5
    assert weights(table) == pytest.approx(
        {(1, 1): bm25(2, 5, 2), (1, 2): bm25(1, 1, 2), (2, 1): bm25(3, 5, 1), (3, 4): bm25(2, 2, 1)}
    )


@pytest.mark.parametrize("query", ["red", "mug", "red mug", "lamp mug mug"])
@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (MatchingWords, words_table([TITLES, CATEGORIES], words=5)),
        (MatchingQueries, queries_table(words_of_queries(), items=6, words=5)),
    ],
)
def test_they_are_what_the_rules_make_of_the_same_words(kind, table, query):
    features = ItemFeatures({str(item).encode(): item for item in range(4)}, TEXTS, np.zeros((5, 0), np.int32))
    positives = np.array([item - 1 for item, _ in LED], np.int32)
    log = TrainingLog(positives, np.zeros(len(LED)), [query for _, query in LED], np.zeros((0, 2), np.int32))
    by_rule = kind(features, log).relevance(_Queries([query]), np.arange(4)[np.newaxis])[0]
    assert by_rule.any()
    told = weights(table)
    own = [sum(told.get((VOCABULARY[word], item), 0) for word in Counter(query.split())) for item in range(1, 5)]
    np.testing.assert_allclose(own, by_rule, rtol=1e-6)


class _Queries:
    """The part of a batch that the rule reads."""

    def __init__(self, queries):
        self.queries = queries


def test_no_texts():
    assert len(words_table([np.zeros((4, 0), np.int32)], words=2).keys) == 0


def test_a_log_without_searches():
    table = queries_table(np.zeros((0, 2), np.int32), items=4, words=7)
    assert (len(table.keys), table.size) == (0, 7)


def test_items_of_a_category_path_by_popularity():
    # Items 1 and 4 share a whole path; 2 has another one, 3 none. A path may end early.
    categories = np.array([[0, 0], [1, 2], [1, 0], [0, 0], [1, 2], [0, 0]])
    paths, table = categories_table(categories, np.array([0, 3, 0, 9, 5, 0]))
    assert paths[1] == paths[4] != paths[2] and paths[[0, 3, 5]].tolist() == [0, 0, 0] and 0 not in paths[[1, 2, 4]]
    assert weights(table) == {(paths[1], 1): 4.0, (paths[1], 4): 6.0, (paths[2], 2): 1.0}
    assert table.size > paths.max()


def test_a_catalogue_without_categories():
    paths, table = categories_table(np.zeros((4, 0), np.int32), np.zeros(4))
    assert paths.tolist() == [0] * 4 and len(table.keys) == 0


def test_neighbours_by_their_cosine():
    table = neighbours_table(np.array([[0, 1], [0, 2], [1, 1]]), items=4)
    # Of the two histories that hold 1, one holds 2.
    assert weights(table) == pytest.approx({(1, 2): 1 / math.sqrt(2), (2, 1): 1 / math.sqrt(2)})
    assert table.size == 4
