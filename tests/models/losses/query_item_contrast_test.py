import numpy as np

from models.losses.query_item_contrast import QueryItemContrast
from tests.support.layer_case import run_layer_test

QUERIES = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")
ITEMS = np.array([[0.5, 0.0], [1.0, 1.0]], "float32")
NEGATIVE_ITEMS = np.array([[0.0, 2.0], [1.0, -1.0], [0.5, 0.0]], "float32")
NEGATIVE_QUERIES = np.array([[-1.0, 0.0]], "float32")
REAL = np.array([True, True])
SIMILARITY = np.array([[1.0, 0.5], [0.0, 2.0]])


def loss(pairs=slice(None), real=REAL, negative_items=NEGATIVE_ITEMS, **hits):
    layer = QueryItemContrast(temperature=0.5)
    layer.build((None, 2))
    layer.similarity.assign(SIMILARITY)
    return float(layer(QUERIES[pairs], ITEMS[pairs], real[pairs], negative_items, NEGATIVE_QUERIES, **hits))


def one_way(anchor, positive, negatives):
    similarity = [np.tanh(anchor @ SIMILARITY @ other) / 0.5 for other in (positive, *negatives)]
    return np.log(np.sum(np.exp(similarity))) - similarity[0]


def test_layer_contract():
    inputs = {"queries": QUERIES, "items": ITEMS, "real": REAL}
    inputs |= {"negative_items": NEGATIVE_ITEMS, "negative_queries": NEGATIVE_QUERIES}
    run_layer_test(QueryItemContrast, {}, inputs, (), trainable_weights=2, mixed_dtype="float32")


def test_both_ways_against_numbers():
    expected = np.mean(
        [
            (one_way(query, item, NEGATIVE_ITEMS) + one_way(item, query, NEGATIVE_QUERIES)) / 2
            for query, item in zip(QUERIES, ITEMS, strict=True)
        ]
    )
    np.testing.assert_allclose(loss(), expected, rtol=1e-5)


def test_pairs_that_are_not_real_do_not_count():
    np.testing.assert_allclose(loss(real=np.array([False, True])), loss(pairs=slice(1, 2)), rtol=1e-6)
    assert loss(real=~REAL) == 0.0


def test_a_negative_that_is_the_positive_is_left_out():
    # The third negative item is the first pair's own.
    first, without = slice(1), loss(slice(1), negative_items=NEGATIVE_ITEMS[:2])
    np.testing.assert_allclose(loss(first, item_hits=np.array([[False, False, True]])), without, rtol=1e-6)
    assert loss(first) > without + 0.1
    # The only negative query is hidden: the item's side costs nothing.
    hidden = loss(first, query_hits=np.array([[True]]))
    np.testing.assert_allclose(hidden, one_way(QUERIES[0], ITEMS[0], NEGATIVE_ITEMS) / 2, rtol=1e-5)
