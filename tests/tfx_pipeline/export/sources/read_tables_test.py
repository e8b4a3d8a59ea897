"""The tables of a real Transform output, from items and examples that it transformed."""

import numpy as np
import tensorflow as tf

from models.catalogue import Catalogue
from schemas import features, retrieval_sources
from tests.support.exported_retriever import ENGAGEMENTS, ITEMS, category_indices, item_column
from tfx_pipeline.export.sources import read_tables
from tfx_pipeline.export.sources.read_tables import item_texts, read_baskets


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
    monkeypatch.setattr(read_tables.inputs, "joint_batches", lambda *_, **options: _batches(rows, options))
    baskets = read_baskets(["any"], None, items=6)
    histories = [set(baskets[baskets[:, 0] == number, 1].tolist()) for number in np.unique(baskets[:, 0])]
    assert sorted(map(sorted, histories)) == [[1, 2], [3, 4]]
    assert len(baskets) == 4


def test_an_item_that_came_after_the_training_has_no_neighbours(exported, monkeypatch):
    """In examples of training, the index of the first new item stands for unknown items."""
    trained, new = 6, 8
    # An unknown item stands in a history beside 2 and 3.
    rows = [([2, 3], [[5, 0], [5, 2]], [3, 1], [1.0, 0.0], 1, 1), ([3, 0], [[0, 0], [0, 0]], [2, 1], [1.0, 0.0], 0, 1)]
    monkeypatch.setattr(read_tables.inputs, "joint_batches", lambda *_, **options: _batches(rows, options))
    nothing = np.zeros((new, 0), np.int32)
    catalogue = Catalogue(nothing, nothing, nothing, nothing, np.zeros(new, np.int32))
    quotas = {retrieval_sources.NEIGHBOURS: 5}

    def neighbours(items=None):
        table = read_tables.read_tables(quotas, catalogue, exported.transform_output, ["any"], items).neighbours
        assert table.size == new
        return set(zip(table.keys.tolist(), table.items.tolist(), strict=True))

    assert neighbours(trained) == {(2, 3), (3, 2)}
    assert (2, 5) in neighbours()


def _batches(rows, options):
    """What the input pipeline makes of rows."""
    assert options["sequence_ends_only"]
    for clicks, sessions, candidates, labels, surface, is_end in rows:
        if is_end:
            count = [int(surface == which) for which in (0, 1)]
            yield (
                {
                    name: {
                        features.RECOMMENDATION_ITEMS: tf.constant([clicks] * n, tf.int32, [n, 2]),
                        features.SEARCH_ITEMS: tf.constant([sessions] * n, tf.int32, [n, 2, 2]),
                        features.CANDIDATE_ITEMS: tf.constant([candidates] * n, tf.int32, [n, 2]),
                    }
                    for name, n in zip(("recommendation", "search"), count, strict=True)
                },
                {
                    name: tf.constant([labels] * n, tf.float32, [n, 2])
                    for name, n in zip(("recommendation", "search"), count, strict=True)
                },
            )
