"""`explain` of a UniSAR behind a real Transform graph; its limits are 3 clicks and 2 searches."""

import numpy as np
import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.exported_retriever import rank_inputs

CLICKED = [Token(Surface.RECOMMENDATION, (f"item-{letter}",)) for letter in "abcd"]
SEARCHED = [Token(Surface.SEARCH, (f"item-{letter}",), "red mug") for letter in "efg"]
HISTORY = (CLICKED[0], SEARCHED[0], CLICKED[1], SEARCHED[1], CLICKED[2], CLICKED[3], SEARCHED[2])
CANDIDATES = ["item-h", "item-a", "", "never-seen"]


def request(*histories, query=""):
    return rank_inputs(histories, ["u1"] * len(histories), [query] * len(histories), CANDIDATES)


def weights(unisar, asked):
    return unisar.run(signatures.EXPLAIN, asked)[signatures.HISTORY_WEIGHTS]


@pytest.mark.parametrize("query", ["", "red mug"])
def test_scores_are_those_of_rank(unisar, query):
    asked = request(HISTORY, (), query=query)
    explained, ranked = (unisar.run(name, asked)[signatures.SCORES] for name in (signatures.EXPLAIN, signatures.RANK))
    np.testing.assert_allclose(explained, ranked, atol=1e-6)


def test_weights_stand_at_the_requests_own_tokens(unisar):
    answer = weights(unisar, request(HISTORY, HISTORY[:2], ()))
    # The oldest click and the oldest search are one more each than the model keeps; padding is no candidate.
    kept = np.array([[0, 0, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0, 0], [0] * 7])
    is_item = np.array([1, 1, 0, 1])
    np.testing.assert_array_equal(answer > 0, kept[:, None] * is_item[:, None] > 0)
    is_search = np.array([token.surface is Surface.SEARCH for token in HISTORY])
    for of_surface in (is_search, ~is_search):
        sums = answer[:, :, of_surface].sum(axis=2)
        np.testing.assert_allclose(sums, [is_item, is_item, [0] * 4], rtol=1e-5)
    np.testing.assert_allclose(answer[1, :, :2], np.stack([is_item] * 2, axis=1), rtol=1e-5)


def test_a_token_keeps_its_weight_wherever_padding_stands(unisar):
    asked = request(HISTORY)
    expected = weights(unisar, asked)
    places = [1, 2, 3, 5, 6, 7, 9]
    for name in (signatures.RANK_HISTORY_SURFACES, signatures.RANK_HISTORY_QUERIES, signatures.RANK_HISTORY_ITEMS):
        wider = np.full([1, 10, *asked[name].shape[2:]], b"", object)
        wider[:, places] = asked[name]
        asked[name] = wider
    answer = weights(unisar, asked)
    np.testing.assert_allclose(answer[:, :, places], expected, rtol=1e-5)
    assert not answer[:, :, [0, 4, 8]].any()
