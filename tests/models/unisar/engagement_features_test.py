import math

import numpy as np
import pytest
from keras import ops

from models.unisar.engagement_features import NEIGHBOURS, QUERY_WORDS, EngagementFeatures
from schemas import features
from tests.models.unisar.overlap_features_test import (
    EMPTY_HISTORY,
    UNKNOWN_ITEM,
    UNKNOWN_WORD,
    VOCABULARY,
    request,
)
from tests.support.layer_case import run_build_test
from tests.support.small_models import joint, rows, unisar

NEAR = {1: {6: (0.5, 0.25), 7: (0.2, 0.0)}, 2: {6: (0.4, 0.1)}, 3: {7: (0.3, 0.2), 1: (0.9, 0.8)}}
"""The cosines of items with their neighbours, as they are and without one user."""
LED = {6: {1: (0.5, 0.0), 5: (0.7, 0.6)}, 7: {3: (0.6, 0.5)}, 8: {5: (0.5, 0.0)}}
"""What the words of queries count that led to an item, as it is and without one query."""
RARITY = np.array([0, 1.5, 0, 0.5, 0, 2.0, 0, 0, 0, 0])
COUNTS = np.array([0, 4, 3, 2, 0, 1, 9, 1, 0, 0])


def padded(known, width):
    keys = np.zeros((VOCABULARY.items, width), np.int32)
    values = np.zeros((VOCABULARY.items, width, 2))
    for row, of_row in known.items():
        keys[row, : len(of_row)] = list(of_row)
        values[row, : len(of_row)] = list(of_row.values())
    return keys, values


@pytest.fixture(scope="module")
def layer():
    layer = EngagementFeatures(VOCABULARY)
    layer.build()
    layer.set_counts(COUNTS)
    neighbours, cosines = padded(NEAR, NEIGHBOURS)
    words, weights = padded(LED, QUERY_WORDS)
    layer.set_tables(
        {
            "neighbours": neighbours,
            "cosines": cosines,
            "led_words": words,
            "led_weights": weights,
            "rarity": RARITY,
        }
    )
    return layer


AGES = {2: 1, 1: 1 / 2, 3: 1 / 3}
CANDIDATES = [6, 7, 8, 4, 5, UNKNOWN_ITEM, 0]


def expected(candidate, query, newest_query, which=0):
    near = {item: NEAR[item].get(candidate, (0, 0))[which] for item in AGES}
    texts = []
    for text in (query, newest_query):
        found = sum(RARITY[word] * LED.get(candidate, {}).get(word, (0, 0))[which] for word in text)
        texts += [found / sum(RARITY[word] for word in text) if text else 0, math.log1p(found)]
    return [
        math.log1p(max(COUNTS[candidate] - which, 0)),
        sum(near.values()),
        sum(near[item] * weight for item, weight in AGES.items()) / sum(AGES.values()),
        near[2],
        *texts,
    ]


def test_the_features_of_candidates(layer):
    """Of a user who clicked 3, searched 1 3 and clicked 1, then clicked 2; now searches 1 5."""
    found = np.asarray(layer(request()))[0]
    assert found.shape == (7, layer.width)
    np.testing.assert_allclose(found, [expected(each, [1, 5], [1, 3]) for each in CANDIDATES], rtol=1e-5, atol=1e-7)


def test_a_positive_of_training_is_looked_up_without_its_own_example(layer):
    labels = np.array([[1, 0, 1, 0, 0, 0, 0]], np.float32)
    found = np.asarray(layer(request(), labels))[0]
    wanted = [expected(each, [1, 5], [1, 3], int(label)) for each, label in zip(CANDIDATES, labels[0], strict=True)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)
    assert not np.allclose(found[0], np.asarray(layer(request()))[0, 0])


def test_a_query_counts_in_search_alone(layer):
    found = np.asarray(layer(request(**{features.SURFACE_INDEX: [0]})))[0]
    np.testing.assert_allclose(found, [expected(each, [], [1, 3]) for each in CANDIDATES], rtol=1e-5, atol=1e-7)


def test_what_the_history_holds_is_near_to_nothing_in_it(layer):
    """Item 1 is a neighbour of 3, but stands in the history."""
    found = np.asarray(layer(request(**{features.CANDIDATE_ITEMS: [[1, 6]]})))[0]
    assert not found[0, 1:4].any() and found[1, 1:4].all()
    assert found[0, 0] == pytest.approx(math.log(5))


def test_where_users_come_back_a_candidate_is_near_to_the_others_of_the_history(layer):
    repeating = EngagementFeatures(VOCABULARY, repeats=True)
    repeating.build()
    repeating.set_weights(layer.get_weights())
    found = np.asarray(repeating(request(**{features.CANDIDATE_ITEMS: [[1, 6]]})))[0]
    np.testing.assert_allclose(found, [expected(each, [1, 5], [1, 3]) for each in (1, 6)], rtol=1e-5, atol=1e-7)
    assert found[0, 1] > 0 and EngagementFeatures.from_config(repeating.get_config()).repeats


def test_of_an_item_had_before_the_example_itself_takes_no_user_away(layer):
    """The user of the example engaged with item 1 before: who engaged with both stays the same without it."""
    repeating = EngagementFeatures(VOCABULARY, repeats=True)
    repeating.build()
    repeating.set_weights(layer.get_weights())
    asked = request(**{features.CANDIDATE_ITEMS: [[1, 6]]})
    plain = np.asarray(repeating(asked))[0]
    as_positives = np.asarray(repeating(asked, np.array([[1, 1]], np.float32)))[0]
    np.testing.assert_allclose(as_positives[0, 1:4], plain[0, 1:4], rtol=1e-6)
    assert as_positives[0, 0] == pytest.approx(math.log(4)), "the example itself is one of its 4"
    np.testing.assert_allclose(as_positives[1], expected(6, [1, 5], [1, 3], 1), rtol=1e-5, atol=1e-7)


def test_only_the_newest_of_long_histories_count(layer):
    """Twenty clicks on 2 after one on 1: item 7 is a neighbour of 1 alone."""
    clicks = np.array([[1] + [2] * 20])
    long = request(
        **{
            features.RECOMMENDATION_ITEMS: clicks,
            features.RECOMMENDATION_POSITIONS: np.arange(21)[None] + 2,
            features.SEARCH_KINDS: [[0, 0]],
        }
    )
    found = np.asarray(layer(long))[0]
    assert found[0, 1] == pytest.approx(20 * 0.4, rel=1e-4) and not found[1, 1:4].any()
    short = {name: long[name][:, 1:] for name in (features.RECOMMENDATION_ITEMS, features.RECOMMENDATION_POSITIONS)}
    np.testing.assert_allclose(np.asarray(layer(long | short))[0, :, 1], found[:, 1], rtol=1e-5)
    # A candidate that stands further back is still one of the history.
    clicks[0, 0] = 6
    assert not np.asarray(layer(long | {features.RECOMMENDATION_ITEMS: clicks}))[0, 0, 1:4].any()


def test_an_empty_history_is_near_to_nothing(layer):
    found = np.asarray(layer(request(**EMPTY_HISTORY)))[0]
    assert not found[:, 1:4].any() and not found[:, 6:].any()
    assert found[0, 4] > 0


@pytest.mark.parametrize(
    ("query", "led_to"),
    [
        ([1, 5, 0], [6]),
        ([5, UNKNOWN_WORD, 0], [6, 8]),  # An unknown word forbids nothing,
        ([UNKNOWN_WORD, 0, 0], []),  # and alone says nothing.
        ([0, 0, 0], []),
    ],
)
def test_what_queries_with_all_of_the_words_led_to(layer, query, led_to):
    found = np.asarray(layer.led_by_all(np.array([CANDIDATES]), np.array([query])))[0]
    assert [each for each, is_led in zip(CANDIDATES, found, strict=True) if is_led] == led_to


def test_indices_may_be_of_any_integers(layer):
    wide = {name: ops.cast(values, "int64") for name, values in request().items()}
    np.testing.assert_array_equal(layer(wide), layer(request()))


def test_build():
    run_build_test(EngagementFeatures, {"vocabulary": VOCABULARY}, 0)


def test_only_training_takes_positives_for_its_own():
    """Where the model serves and is measured, labels may lie beside the inputs, and change nothing."""
    model = unisar(engagement_features=True, dropout=0.0)
    model.set_item_counts(np.full(model.vocabulary.items, 3))
    batch = rows()
    labels = np.zeros(batch[features.CANDIDATE_ITEMS].shape, np.float32)
    labels[:, 0] = 1
    np.testing.assert_array_equal(model(batch | {features.CANDIDATE_LABELS: labels}), model(batch))
    inputs, truth = joint()
    with_labels = {surface: side | {features.CANDIDATE_LABELS: truth[surface]} for surface, side in inputs.items()}
    plain, own = (np.asarray(model(each, training=True)["search"]) for each in (inputs, with_labels))
    moved = ~np.isclose(plain, own, atol=1e-6)
    assert moved.any() and not moved[np.asarray(truth["search"]) == 0].any()
    untrained, held = (np.asarray(model(each, training=False)["search"]) for each in (inputs, with_labels))
    np.testing.assert_array_equal(untrained, held)
