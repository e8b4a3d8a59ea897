import dataclasses
import math

import numpy as np
import pytest
from keras import ops

from models.unisar.overlap_features import OverlapFeatures, word_rarity
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from models.vocabulary import Attribute, Vocabulary
from schemas import features
from tests.support.layer_case import run_build_test
from tests.support.small_models import rows, unisar

UNKNOWN_ITEM, UNKNOWN_WORD, UNKNOWN_CITY = 9, 9, 4
VOCABULARY = Vocabulary(
    users=3,
    items=10,
    words=10,
    item_attributes=(
        Attribute(features.ITEM_WORDS, words=2),
        Attribute(features.ITEM_CATEGORY_WORDS, words=1),
        Attribute(features.category_vocabulary(0), size=5),
    ),
)
TABLES = {
    features.ITEM_WORDS: np.array(
        [[0, 0], [1, 2], [1, 3], [4, 0], [0, 0], [2, UNKNOWN_WORD], [1, 2], [1, 3], [4, 0], [0, 0]]
    ),
    features.ITEM_CATEGORY_WORDS: np.array([[0], [5], [5], [0], [0], [5], [5], [5], [0], [0]]),
    features.category_vocabulary(0): np.array([0, 1, 1, 2, UNKNOWN_CITY, UNKNOWN_CITY, 1, 1, 2, 0]),
}
"""Items 6, 7 and 8 are as 1, 2 and 3."""


def request(**changed):
    """A user who clicked 3 in the feed, then searched 1 3 and clicked 1, then clicked 2 in the feed; searches 1 5."""
    single = {
        features.SURFACE_INDEX: [1],
        features.QUERY_WORDS: [[1, 5, 0]],
        features.CANDIDATE_ITEMS: [[6, 7, 8, 4, 5, UNKNOWN_ITEM, 0]],
        features.RECOMMENDATION_ITEMS: [[3, 2, 0]],
        features.RECOMMENDATION_POSITIONS: [[0, 2, 0]],
        features.SEARCH_KINDS: [[1, 0]],
        features.SEARCH_POSITIONS: [[1, 0]],
        features.SEARCH_ITEMS: [[[1, 0], [0, 0]]],
        features.SEARCH_WORDS: [[[1, 3, 0], [0, 0, 0]]],
    }
    return {name: np.array(value, np.int32) for name, value in (single | changed).items()}


EMPTY_HISTORY = {
    features.RECOMMENDATION_ITEMS: np.zeros((1, 0)),
    features.RECOMMENDATION_POSITIONS: np.zeros((1, 0)),
    features.SEARCH_KINDS: np.zeros((1, 0)),
    features.SEARCH_POSITIONS: np.zeros((1, 0)),
    features.SEARCH_ITEMS: np.zeros((1, 0, 2)),
    features.SEARCH_WORDS: np.zeros((1, 0, 3)),
}


@pytest.fixture(scope="module")
def layer():
    layer = OverlapFeatures(VOCABULARY)
    layer.build()
    layer.set_texts(TABLES)
    return layer


def of(layer, inputs):
    return np.asarray(layer(inputs, {name: np.asarray(table, np.int32) for name, table in TABLES.items()}))[0]


HAVING = {1: 4, 2: 3, 3: 2, 4: 2, 5: 5}
"""How many of the seven texts have each word."""
RARITY = {word: math.log(1 + (7 - n + 0.5) / (n + 0.5)) for word, n in HAVING.items()}


def test_words_are_rare_as_few_items_have_them():
    expected = [0.0, *(RARITY[word] for word in (1, 2, 3, 4, 5)), *[math.log(1 + 7.5 / 0.5)] * 3, 0.0]
    found = word_rarity([TABLES[features.ITEM_WORDS], TABLES[features.ITEM_CATEGORY_WORDS]], 10)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_word_counts_once_an_item():
    twice = word_rarity([np.array([[0, 0], [1, 1], [2, 0]])], 5)
    np.testing.assert_allclose(twice[1:3], [math.log(1 + 1.5 / 1.5)] * 2, rtol=1e-6)


def test_shared_values(layer):
    # Ages: item 2 is the newest, 1 was one token before, 3 two.
    total = 1 + 1 / 2 + 1 / 3
    in_city, in_other = [1, 1.5 / total, math.log(3)], [0, 1 / 3 / total, math.log(2)]
    found = of(layer, request())[:, :3]
    np.testing.assert_allclose(found, [in_city, in_city, in_other, *[[0, 0, 0]] * 4], rtol=1e-5)


def test_what_the_history_holds_has_nothing_in_common_with_it(layer):
    """Negatives never are such items: see the class."""
    found = of(layer, request(**{features.CANDIDATE_ITEMS: [[1, 2, 3, 6]]}))
    assert not found[:3, :11].any()
    assert found[3, [0, 1, 2, 3, 7]].all()
    np.testing.assert_array_equal(found[:3, 11:], of(layer, request())[:3, 11:])


def test_where_users_come_back_a_candidate_is_compared_with_the_others_of_the_history(layer):
    """Candidates 2, the newest, and 1 share their city with each other, 3 with nothing; 6 is no item of the history."""
    repeating = OverlapFeatures(VOCABULARY, repeats=True)
    repeating.build()
    repeating.set_texts(TABLES)
    asked = request(**{features.CANDIDATE_ITEMS: [[1, 2, 3, 6]]})
    found = of(repeating, asked)
    total = 1 + 1 / 2 + 1 / 3
    wanted = [[1, 1 / total, math.log(2)], [0, 1 / 2 / total, math.log(2)], [0, 0, 0]]
    np.testing.assert_allclose(found[:3, :3], wanted, rtol=1e-5)
    np.testing.assert_array_equal(found[3], of(layer, asked)[3])
    # The newest item's texts are its own; the newest query is compared with all.
    assert not found[1, 7:11].any() and found[0, 7:11].any() and found[1, 3:7].any()
    assert OverlapFeatures.from_config(repeating.get_config()).repeats


def shared(text, other):
    both, known = set(text) & set(other), [word for word in text if word in RARITY]
    common = sum(RARITY[word] for word in both)
    of_other = sum(RARITY[word] for word in other)
    return [
        common / of_other if of_other else 0,
        common / sum(RARITY[word] for word in known) if known else 0,
        float(bool(of_other) and set(other) <= set(text)),
        math.log1p(common),
    ]


TEXTS = [[1, 2, 5], [1, 3, 5], [4], [], [2, 5], [], []]
"""Of the candidates, without the unknown word."""


@pytest.mark.parametrize(
    ("place", "other"), [(2, [1, 5]), (0, [1, 3]), (1, [1, 3, 5])], ids=["query", "newest_query", "newest_item"]
)
def test_shared_words(layer, place, other):
    found = of(layer, request())[:, 3 + 4 * place : 7 + 4 * place]
    np.testing.assert_allclose(found, [shared(text, other) for text in TEXTS], rtol=1e-5)


def test_the_newest_click_of_a_session_comes_last(layer):
    clicked = {features.RECOMMENDATION_ITEMS: [[5, 0, 0]], features.SEARCH_ITEMS: [[[3, 2], [0, 0]]]}
    found = of(layer, request(**clicked))
    assert found[:3, 0].tolist() == [1, 1, 0]
    total = 1 + 1 + 1 / 2  # Both clicks of a session are as old as it is.
    np.testing.assert_allclose(found[:3, 1], [1 / total, 1 / total, 1 / total], rtol=1e-5)


def test_a_query_counts_in_search_alone(layer):
    in_feed = of(layer, request(**{features.SURFACE_INDEX: [0]}))
    assert not in_feed[:, 11:].any()
    np.testing.assert_array_equal(in_feed[:, :11], of(layer, request())[:, :11])


def test_nobody_has_anything_in_common_with_an_empty_history(layer):
    found = of(layer, request(**EMPTY_HISTORY))
    assert not found[:, :11].any()
    np.testing.assert_array_equal(found[:, 11:], of(layer, request())[:, 11:])


def test_unknown_values_equal_nothing(layer):
    """Neither the unknown item nor an unknown city."""
    unknown = {
        features.RECOMMENDATION_ITEMS: [[UNKNOWN_ITEM, 5, 0]],
        features.SEARCH_KINDS: [[0, 0]],
        features.CANDIDATE_ITEMS: [[6, 4, UNKNOWN_ITEM]],
    }
    assert not of(layer, request(**unknown))[:, :3].any()


def test_padding_changes_nothing(layer):
    longer = request(
        **{
            features.RECOMMENDATION_ITEMS: [[3, 2, 0, 0]],
            features.RECOMMENDATION_POSITIONS: [[0, 2, 9, 9]],
            features.SEARCH_KINDS: [[1, 0, 0]],
            features.SEARCH_POSITIONS: [[1, 9, 9]],
            features.SEARCH_ITEMS: [[[1, 0], [2, 0], [0, 0]]],
            features.SEARCH_WORDS: [[[1, 3, 0], [4, 0, 0], [0, 0, 0]]],
        }
    )
    np.testing.assert_array_equal(of(layer, longer), of(layer, request()))


def test_layer_contract():
    inputs = {"inputs": request(), "tables": {name: np.asarray(table, np.int32) for name, table in TABLES.items()}}
    run_build_test(OverlapFeatures, {"vocabulary": VOCABULARY}, 0, inputs)


@pytest.mark.parametrize(
    ("attributes", "width"),
    [(VOCABULARY.item_attributes[:1], 12), (VOCABULARY.item_attributes[2:], 3), (VOCABULARY.item_attributes, 15)],
)
def test_features_are_of_what_is_known_of_items(attributes, width):
    layer = OverlapFeatures(dataclasses.replace(VOCABULARY, item_attributes=attributes))
    layer.build()
    tables = {each.name: np.asarray(TABLES[each.name], np.int32) for each in attributes}
    layer.set_texts(tables)
    assert layer(request(), tables).shape == (1, 7, layer.width) == (1, 7, width)


def test_a_model_that_knows_nothing_of_items_has_no_features():
    model = UniSAR(UniSARConfig(overlap_features=True), Vocabulary(users=3, items=7, words=10))
    assert model.overlap is None


def test_the_model_scores_by_them():
    """The weight of a feature moves the logits of the candidates that have it, and no others."""
    model = unisar(overlap_features=True, dropout=0.0)
    batch = rows()
    seen = np.asarray(model.overlap(batch, model.embedding.items.attribute_values))
    before = np.asarray(model(batch))
    kernel = model.feature_scores[1].kernel
    kernel.assign(np.asarray(kernel) + np.eye(model.overlap.width)[:, -1:])
    np.testing.assert_allclose(np.asarray(model(batch)) - before, seen[..., -1], atol=1e-4)


def test_indices_may_be_of_any_integers(layer):
    wide = {name: ops.cast(values, "int64") for name, values in request().items()}
    np.testing.assert_array_equal(of(layer, wide), of(layer, request()))
