import numpy as np
import pytest

from models.unisar.interest_matching import InterestMatching, matching_scores
from models.unisar.unisar_config import UniSARConfig
from tests.support.layer_case import run_build_test

RANDOM = np.random.default_rng(0)
HISTORY = RANDOM.normal(size=(3, 4, 8)).astype("float32")
MASK = np.array([[True, True, True, False], [True, False, False, False], [False] * 4])
QUERIES, USERS = (RANDOM.normal(size=(3, 8)).astype("float32") for _ in range(2))


def matching(compares_texts=True, **fields):
    layer = InterestMatching(UniSARConfig(dim=8, **fields), histories=1, compares_texts=compares_texts)
    layer.build()
    return layer


def interest(layer, history=HISTORY, users=USERS, is_search=True):
    return layer([(history, MASK)], users, QUERIES, is_search=is_search)


@pytest.mark.parametrize(("compares_texts", "weights"), [(True, 6), (False, 5)])
def test_layer_contract(compares_texts, weights):
    arguments = {"config": UniSARConfig(dim=8), "histories": 1, "compares_texts": compares_texts}
    inputs = {"histories": [(HISTORY, MASK)], "users": USERS, "queries": QUERIES, "is_search": True}
    run_build_test(InterestMatching, arguments, weights, inputs)


def test_it_sees_the_newest_token_and_no_padding():
    layer = matching()
    before = interest(layer).state.numpy()
    padding, newest = HISTORY.copy(), HISTORY.copy()
    padding[~MASK] = 7.0
    newest[0, 2] += 1.0
    np.testing.assert_array_equal(interest(layer, padding).state, before)
    moved = np.abs(interest(layer, newest).state.numpy() - before).max(axis=1)
    assert moved[0] > 1e-3
    assert moved[1:].max() == 0


@pytest.mark.parametrize("sees", [True, False])
def test_it_sees_the_user_if_it_should(sees):
    layer = matching(matching_users=sees)
    moved = np.abs(interest(layer).state - interest(layer, users=USERS + 1).state).max()
    assert (moved > 1e-3) == sees


def test_scores_are_products_and_only_searches_compare_words():
    assert interest(matching(), is_search=False).words is None
    assert interest(matching(compares_texts=False)).words is None
    found = interest(matching())
    vectors, texts = (RANDOM.normal(size=(3, 5, 8)).astype("float32") for _ in range(2))
    state, words = np.asarray(found.state), np.asarray(found.words)
    by_state = np.stack([vectors[row] @ state[row] for row in range(3)])
    by_words = np.stack([texts[row] @ words[row] for row in range(3)])
    np.testing.assert_allclose(matching_scores(found, vectors, texts), by_state + by_words, rtol=1e-4)
    np.testing.assert_allclose(matching_scores(found._replace(words=None), vectors, None), by_state, rtol=1e-4)
