import numpy as np

from models.layers.attention.target_attention import TargetAttention
from tests.support.layer_case import MEMORY as CANDIDATES
from tests.support.layer_case import TOKEN_MASK, run_layer_test
from tests.support.layer_case import TOKENS as HISTORY


def test_layer_contract():
    inputs = {"history": HISTORY, "candidates": CANDIDATES, "history_mask": TOKEN_MASK}
    run_layer_test(TargetAttention, {}, inputs, (2, 5, 4), trainable_weights=1)


def test_pools_by_similarity_to_the_candidate():
    layer = TargetAttention()
    layer.build((None, None, 2))
    layer.similarity.kernel.assign([[1.0, 0.0], [0.0, 0.0]])
    history = np.array([[[0.0, 4.0], [np.log(3), 8.0]]], "float32")
    candidates = np.array([[[1.0, 9.0], [0.0, 9.0]]], "float32")
    pooled = layer(history, candidates, np.array([[True, True]]))
    # Scores (0, log 3) for the first candidate: weights 1/4 and 3/4; (0, 0) for the second.
    np.testing.assert_allclose(pooled[0, :, 1], [7.0, 6.0], rtol=1e-6)
    weights = layer.attention(history, candidates, np.array([[True, True]]))
    np.testing.assert_allclose(weights[0], [[0.25, 0.75], [0.5, 0.5]], rtol=1e-6)
    assert np.all(layer.attention(history, candidates, np.array([[True, False]]))[0] == [[1, 0], [1, 0]])


def test_candidates_do_not_see_each_other_and_an_empty_history_is_zero():
    layer = TargetAttention()
    mask = np.ones((2, 3), bool)
    together = layer(HISTORY, CANDIDATES, mask)
    np.testing.assert_allclose(layer(HISTORY, CANDIDATES[:, 3:4], mask), together[:, 3:4], rtol=1e-5, atol=1e-6)
    assert not np.any(layer(HISTORY, CANDIDATES, ~mask))
