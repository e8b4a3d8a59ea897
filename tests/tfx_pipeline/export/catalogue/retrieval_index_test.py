import importlib.util

import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export.catalogue import retrieval_index

TABLE = tf.constant([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [-1.0, -1.0]])
QUERIES = tf.constant([[1.0, 0.0], [0.0, -1.0]])


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_brute_force_finds_the_largest_products(dtype):
    index = retrieval_index.build("brute_force", tf.cast(TABLE, dtype))
    # Products with the first query: 1, 0, 3, -1; with the second: 0, -2, 0, 1.
    assert index.nearest(QUERIES, tf.constant(3)).numpy().tolist() == [[2, 0, 1], [3, 0, 2]]
    assert index.nearest(QUERIES, tf.constant(1)).numpy().tolist() == [[2], [3]]
    # What the saved module is to hold are plain variables.
    assert any(isinstance(each, tf.Variable) and each.shape == TABLE.shape for each in index.tracked)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="`retrieval_index` should be one of brute_force, scann. Received: .*'faiss'"):
        retrieval_index.build("faiss", TABLE)


def test_scann_that_is_not_installed_is_refused_with_the_mend(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"scann is not installed. Install .* or choose 'brute_force'\."):
        retrieval_index.build("scann", TABLE)


def test_scann_finds_nearly_the_same_and_may_be_asked_for_more_than_it_finds():
    pytest.importorskip("scann")
    table, queries = clustered(2000, 20)
    index, exact = retrieval_index.build("scann", table), retrieval_index.build("brute_force", table)
    best, near = (each.nearest(queries, tf.constant(10)).numpy() for each in (exact, index))
    shared = [len(set(one) & set(other)) for one, other in zip(best, near, strict=True)]
    assert sum(shared) > 0.8 * 20 * 10
    found = index.nearest(queries, tf.constant(2000)).numpy()
    assert found.shape == (20, 2000) and (found == -1).any()
    assert all(len(set(row) - {-1}) == sum(place >= 0 for place in row) for row in found.tolist())


def test_small_tables_are_searched_exactly():
    pytest.importorskip("scann")
    index = retrieval_index.build("scann", TABLE)
    assert index.nearest(QUERIES, tf.constant(3)).numpy().tolist() == [[2, 0, 1], [3, 0, 2]]


def clustered(items, queries):
    """Vectors around twenty centres."""
    generator = np.random.default_rng(3)
    centres = generator.standard_normal([20, 8], np.float32)
    chosen = centres[generator.integers(20, size=items + queries)]
    vectors = chosen + 0.3 * generator.standard_normal(chosen.shape, np.float32)
    return tf.constant(vectors[:items]), tf.constant(vectors[items:])
