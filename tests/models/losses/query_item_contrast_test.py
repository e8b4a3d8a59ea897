import numpy as np

from models.losses.query_item_contrast import QueryItemContrast
from tests.support.layer_case import run_layer_test

QUERIES = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")
ITEMS = np.array([[0.5, 0.0], [1.0, 1.0]], "float32")
NEGATIVE_ITEMS = np.array([[0.0, 2.0], [1.0, -1.0], [0.5, 0.0]], "float32")
NEGATIVE_QUERIES = np.array([[-1.0, 0.0]], "float32")
REAL = np.array([True, True])


def contrast():
    layer = QueryItemContrast(temperature=0.5)
    layer.build((None, 2))
    layer.similarity.assign([[1.0, 0.5], [0.0, 2.0]])
    return layer


def one_way(anchor, positive, negatives):
    similarity = [np.tanh(anchor @ contrast().similarity.numpy() @ other) / 0.5 for other in (positive, *negatives)]
    return np.log(np.sum(np.exp(similarity))) - similarity[0]


def test_layer_contract():
    inputs = {
        "queries": QUERIES,
        "items": ITEMS,
        "real": REAL,
        "negative_items": NEGATIVE_ITEMS,
        "negative_queries": NEGATIVE_QUERIES,
    }
    run_layer_test(QueryItemContrast, {}, inputs, (), trainable_weights=2, mixed_dtype="float32")


def test_both_ways_against_numbers():
    expected = np.mean(
        [
            (one_way(query, item, NEGATIVE_ITEMS) + one_way(item, query, NEGATIVE_QUERIES)) / 2
            for query, item in zip(QUERIES, ITEMS, strict=True)
        ]
    )
    np.testing.assert_allclose(contrast()(QUERIES, ITEMS, REAL, NEGATIVE_ITEMS, NEGATIVE_QUERIES), expected, rtol=1e-5)


def test_pairs_that_are_not_real_do_not_count():
    masked = contrast()(QUERIES, ITEMS, np.array([False, True]), NEGATIVE_ITEMS, NEGATIVE_QUERIES)
    alone = contrast()(QUERIES[1:], ITEMS[1:], REAL[1:], NEGATIVE_ITEMS, NEGATIVE_QUERIES)
    np.testing.assert_allclose(masked, alone, rtol=1e-6)
    assert float(contrast()(QUERIES, ITEMS, ~REAL, NEGATIVE_ITEMS, NEGATIVE_QUERIES)) == 0.0


def test_a_negative_that_is_the_positive_is_left_out():
    # The third negative item is the first pair's own.
    hits = np.array([[False, False, True]])
    without = contrast()(QUERIES[:1], ITEMS[:1], REAL[:1], NEGATIVE_ITEMS[:2], NEGATIVE_QUERIES)
    masked = contrast()(QUERIES[:1], ITEMS[:1], REAL[:1], NEGATIVE_ITEMS, NEGATIVE_QUERIES, item_hits=hits)
    np.testing.assert_allclose(masked, without, rtol=1e-6)
    counted = contrast()(QUERIES[:1], ITEMS[:1], REAL[:1], NEGATIVE_ITEMS, NEGATIVE_QUERIES)
    assert float(counted) > float(without) + 0.1
