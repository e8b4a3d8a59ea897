"""The tables of a real Transform output, from items and examples that it transformed."""

import numpy as np
import tensorflow as tf

from models.catalogue import Catalogue
from schemas import features, retrieval_sources
from tests.support.exported_retriever import ENGAGEMENTS, ITEMS, category_indices, item_column
from tfx_pipeline.export.sources import read_tables
from tfx_pipeline.export.sources.read_tables import item_texts, read_baskets, read_queries
from tfx_pipeline.indexing import grown_graph


def test_the_words_of_titles_and_of_the_names_of_categories(exported):
    output = exported.transform_output
    nothing = np.zeros((len(ITEMS) + 2, 0), np.int32)
    titles = np.zeros((len(ITEMS) + 2, 1), np.int32)
    titles[exported.index("item-a")] = exported.index("red", features.WORD_VOCABULARY)
    engagements = item_column(output, ENGAGEMENTS)
    catalogue = Catalogue(titles, nothing, category_indices(output), nothing, engagements)
    texts = np.concatenate(item_texts(catalogue, output), axis=1)
    words = [b"", *output.vocabulary_by_name(features.WORD_VOCABULARY), b"?"]

    def text(item):
        return sorted(words[index].decode() for index in texts[exported.index(item)] if index)

    # The words of the log's queries are known: of `home`, `mugs`, `lamps` and `garden` there is none. `?` is the
    # unknown word, which the table leaves out.
    assert text("item-a") == ["?", "?", "red"]
    assert (text("item-j"), text("item-k")) == (["?"], [])


def test_the_words_of_paths_where_categories_have_no_names(exported):
    nothing = np.zeros((len(ITEMS) + 2, 0), np.int32)
    paths = np.ones((len(ITEMS) + 2, 1), np.int32)
    catalogue = Catalogue(nothing, paths, nothing, nothing, np.zeros(len(ITEMS) + 2))
    assert np.concatenate(item_texts(catalogue, exported.transform_output), axis=1).tolist() == paths.tolist()


def test_histories_that_hold_each_event_once(monkeypatch):
    """Of items 1 to 4; 5 is the unknown one."""
    rows = [
        # A click on 1 after 2, in the feed; a search after two sessions; a row that ends no sequence.
        ([2, 0], [[0, 0], [0, 0]], [1, 3], [1.0, 0.0], 0, 1),
        ([5, 0], [[3, 4], [3, 0]], [4, 2], [1.0, 0.0], 1, 1),
        ([4, 3], [[1, 0], [0, 0]], [2, 1], [1.0, 0.0], 0, 0),
    ]
    monkeypatch.setattr(read_tables.inputs, "joint_batches", lambda *_, **options: _batches(rows, **options))
    baskets = read_baskets(["any"], None, items=6)
    histories = [set(baskets[baskets[:, 0] == number, 1].tolist()) for number in np.unique(baskets[:, 0])]
    assert sorted(map(sorted, histories)) == [[1, 2], [3, 4]]
    assert len(baskets) == 4


def test_words_of_queries_with_the_items_that_they_led_to(monkeypatch):
    """Each engagement of a search counts, and those of its history are examples of their own."""
    rows = [
        ([0, 0], [[0, 0], [0, 0]], [1, 3], [0.0, 1.0], 1, 1, [7, 8]),
        ([0, 0], [[4, 0], [0, 0]], [2, 3], [1.0, 0.0], 1, 0, [7, 7]),
        ([0, 0], [[0, 0], [0, 0]], [1, 3], [1.0, 0.0], 1, 0, [9, 0]),
        # Nothing was engaged with; the next is of the feed.
        ([0, 0], [[0, 0], [0, 0]], [1, 3], [0.0, 0.0], 1, 0, [8, 8]),
        ([0, 0], [[0, 0], [0, 0]], [1, 3], [1.0, 0.0], 0, 1, [8, 8]),
    ]
    monkeypatch.setattr(read_tables.inputs, "joint_batches", lambda *_, **options: _batches(rows, **options))
    assert sorted(read_queries(["any"], None).tolist()) == [[7, 2], [7, 2], [7, 3], [8, 3], [9, 1]]


def test_a_training_without_examples_has_no_queries(monkeypatch):
    monkeypatch.setattr(read_tables.inputs, "joint_batches", lambda *_, **options: [])
    assert read_queries(["any"], None).shape == (0, 2)


def test_what_came_after_the_training_has_no_neighbours_and_no_queries(exported, monkeypatch, tmp_path):
    """In examples of training, the index of the first new item stands for unknown items; so it is with words."""
    trained = exported.transform_output
    further = {features.ITEM_VOCABULARY: [b"new", b"newer"], features.WORD_VOCABULARY: [b"novel"]}
    grown = grown_graph.grown(trained, further, str(tmp_path), {"transform": {}})
    items, words = (len(trained.vocabulary_by_name(name)) for name in further)
    unknown, strange = items + 1, words + 1
    # An unknown item stands in a history beside 2 and 3. Word 1 led to 3, 2 to an unknown item, an unknown one to 1.
    rows = [
        ([2, 3], [[unknown, 0], [unknown, 2]], [3, 1], [1.0, 0.0], 1, 1, [1, 0]),
        ([3, 0], [[0, 0], [0, 0]], [2, 1], [1.0, 0.0], 0, 1),
        ([0, 0], [[0, 0], [0, 0]], [unknown, 1], [1.0, 0.0], 1, 0, [2, 0]),
        ([0, 0], [[0, 0], [0, 0]], [1, 3], [1.0, 0.0], 1, 0, [strange, 0]),
    ]
    monkeypatch.setattr(read_tables.inputs, "joint_batches", lambda *_, **options: _batches(rows, **options))
    all_items = items + 2 + 2
    nothing = np.zeros((all_items, 0), np.int32)
    catalogue = Catalogue(nothing, nothing, nothing, nothing, np.zeros(all_items, np.int32))
    quotas = {retrieval_sources.NEIGHBOURS: 5, retrieval_sources.QUERIES: 5}

    def tables(trained_output=None):
        tables = read_tables.read_tables(quotas, catalogue, grown, ["any"], trained_output)
        assert (tables.neighbours.size, tables.queries.size) == (all_items, words + 1 + 2)
        return [
            set(zip(each.keys.tolist(), each.items.tolist(), strict=True))
            for each in (tables.neighbours, tables.queries)
        ]

    assert tables(trained) == [{(2, 3), (3, 2)}, {(1, 3)}]
    neighbours, queries = tables()
    assert (2, unknown) in neighbours and queries == {(1, 3), (2, unknown), (strange, 1)}


def _batches(rows, sequence_ends_only=False, surfaces=("recommendation", "search")):
    """What the input pipeline makes of rows, each a batch."""
    for clicks, sessions, candidates, labels, surface, is_end, *query in rows:
        if (sequence_ends_only and not is_end) or ("recommendation", "search")[surface] not in surfaces:
            continue
        count = [int(surface == which) for which in (0, 1)]
        words = query[0] if query else [0, 0]
        yield (
            {
                name: {
                    features.RECOMMENDATION_ITEMS: tf.constant([clicks] * n, tf.int32, [n, 2]),
                    features.SEARCH_ITEMS: tf.constant([sessions] * n, tf.int32, [n, 2, 2]),
                    features.CANDIDATE_ITEMS: tf.constant([candidates] * n, tf.int32, [n, 2]),
                    features.QUERY_WORDS: tf.constant([words] * n, tf.int32, [n, 2]),
                }
                for name, n in zip(("recommendation", "search"), count, strict=True)
            },
            {
                name: tf.constant([labels] * n, tf.float32, [n, 2])
                for name, n in zip(("recommendation", "search"), count, strict=True)
            },
        )
