"""Tables worked out by hand from who engaged with what."""

import math

import numpy as np
import pytest
import tensorflow as tf

from models.catalogue import Catalogue
from models.unisar.engagement_features import NEIGHBOURS, QUERY_WORDS
from schemas import features
from tfx_pipeline.training import engagement_tables
from tfx_pipeline.training.engagement_tables import neighbour_tables, query_tables, read_engagements

USERS, ITEMS, WORDS = 5, 6, 7
"""Of which the first is padding and the last is unknown."""


def by_key(keys, values):
    return {int(key): value.tolist() for key, value in zip(keys, values, strict=True) if key}


def test_neighbours_and_their_cosines_without_one_user():
    """Users 1 and 2 have items 1 and 2; user 3 has 2 and 3."""
    engaged = np.array([[1, 1], [1, 2], [2, 1], [2, 2], [3, 2], [3, 3]])
    tables = neighbour_tables(engaged, ITEMS)
    assert tables["neighbours"].shape == (ITEMS, NEIGHBOURS) and tables["cosines"].shape == (ITEMS, NEIGHBOURS, 2)
    # Two of them have 1, three have 2.
    of_first = by_key(tables["neighbours"][1], tables["cosines"][1])
    assert of_first == {2: pytest.approx([2 / math.sqrt(6), 1 / math.sqrt(6)])}
    of_second = by_key(tables["neighbours"][2], tables["cosines"][2])
    assert of_second == {
        1: pytest.approx([2 / math.sqrt(6), 1 / math.sqrt(6)]),
        3: [pytest.approx(1 / math.sqrt(3)), 0],
    }
    assert not tables["neighbours"][[0, 4, 5]].any() and not tables["cosines"][[0, 4, 5]].any()


def test_the_nearest_neighbours_are_kept():
    """Item 1 stands beside each of many items once, beside the last two of them twice."""
    many = NEIGHBOURS + 5
    pairs = [(user, item) for user, other in enumerate([*range(2, 2 + many), many, many + 1]) for item in (1, other)]
    tables = neighbour_tables(np.array(pairs), many + 3)
    assert (tables["neighbours"][1] > 0).all()
    assert {many, many + 1} < set(tables["neighbours"][1].tolist())


def test_words_of_queries():
    """Word 1 led to item 1 three times and to item 2 once, word 2 to item 1 once."""
    tables = query_tables(np.array([[1, 1], [1, 1], [1, 1], [1, 2], [2, 1]]), ITEMS, WORDS)
    of_first = by_key(tables["led_words"][1], tables["led_weights"][1])
    assert of_first == {1: pytest.approx([3 / 4.2, 2 / 3.2]), 2: pytest.approx([1 / 2.2, 0])}
    assert by_key(tables["led_words"][2], tables["led_weights"][2]) == {1: pytest.approx([1 / 2.2, 0])}
    # Two items have queries: both have word 1, one has word 2.
    rarity = [0, math.log(1 + 0.5 / 2.5), math.log(1 + 1.5 / 1.5), 0, 0, 0, 0]
    np.testing.assert_allclose(tables["rarity"], rarity, rtol=1e-6)


def test_the_words_that_count_most_are_kept():
    """Words 1 to 20 led to item 1 once, and the first four to another item besides, so that they are common."""
    led = [(word, 1) for word in range(1, QUERY_WORDS + 5)] + [(word, 2) for word in range(1, 5)]
    tables = query_tables(np.array(led), ITEMS, QUERY_WORDS + 6)
    assert sorted(tables["led_words"][1].tolist()) == list(range(5, QUERY_WORDS + 5))


def test_no_engagements_no_tables():
    tables = neighbour_tables(np.zeros((0, 2), int), ITEMS) | query_tables(np.zeros((0, 2), int), ITEMS, WORDS)
    assert not any(table.any() for table in tables.values())


def test_positives_are_read_of_both_surfaces_and_queries_of_searches(monkeypatch):
    def side(users, candidates, queries):
        return {
            features.USER: tf.constant(users, tf.int32),
            features.CANDIDATE_ITEMS: tf.constant(candidates, tf.int32),
            features.QUERY_WORDS: tf.constant(queries, tf.int32),
        }

    clicks = [[1, 0], [0, 1], [1, 0]]
    batches = [
        (
            {
                # The second user is unknown; the first comes again for the same item. The feed has no queries.
                "recommendation": side([1, USERS - 1, 1], [[1, 4], [4, 2], [1, 4]], [[5, 5]] * 3),
                # A word twice in one query; an unknown item; an unknown word.
                "search": side([1, 2, 2], [[2, 4], [4, 2], [1, 5]], [[3, 3], [WORDS - 1, 4], [4, 0]]),
            },
            {
                "recommendation": tf.constant(clicks, tf.float32),
                "search": tf.constant([*clicks[:2], [0, 1]], tf.float32),
            },
        )
    ]
    monkeypatch.setattr(engagement_tables.inputs, "joint_batches", lambda *_, **__: batches)
    sizes = {"users": USERS, "words": WORDS, "items": ITEMS}
    monkeypatch.setattr(engagement_tables.vocabularies, "table_rows", lambda _, name: sizes[name])
    tables = read_engagements(["any"], None, Catalogue.of_ids(ITEMS))
    # User 1 has 1 and 2, user 2 has 2.
    assert by_key(tables["neighbours"][1], tables["cosines"][1]) == {2: [pytest.approx(1 / math.sqrt(2)), 0]}
    assert by_key(tables["led_words"][2], tables["led_weights"][2]) == {
        3: pytest.approx([1 / 2.2, 0]),
        4: pytest.approx([1 / 2.2, 0]),
    }
    assert not tables["led_words"][[0, 1, 3, 4, 5]].any()
