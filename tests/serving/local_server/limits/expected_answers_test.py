import numpy as np
import pytest

from schemas import signatures
from serving.local_server.limits.expected_answers import expected_values


def k(*values):
    return {signatures.K: np.array(values, np.int32)}


@pytest.mark.parametrize(("inputs", "values"), [(k(3), 6), (k(1, 5, 2), 30), (k(-7), 0), (k(), 0)])
def test_lists_are_as_long_as_the_longest(inputs, values):
    for signature in (signatures.RECOMMEND, signatures.SIMILAR_ITEMS):
        assert expected_values(signature, inputs) == values


def test_an_explanation_has_a_weight_for_each_candidate_and_token():
    request = {
        signatures.RANK_CANDIDATES: np.full((2, 7), b"", object),
        signatures.RANK_HISTORY_SURFACES: np.full((2, 5), b"", object),
    }
    assert expected_values(signatures.EXPLAIN, request) == 2 * 7 * 5
    assert expected_values(signatures.RANK, request) == 0


@pytest.mark.parametrize("odd", [np.array(3), np.array(["3"], object), np.array([[3]]), np.array([3.5])])
def test_what_is_not_of_the_signature_tells_nothing(odd):
    assert expected_values(signatures.RECOMMEND, {signatures.K: odd}) == 0
    assert expected_values(signatures.EXPLAIN, {signatures.RANK_CANDIDATES: odd}) == 0
