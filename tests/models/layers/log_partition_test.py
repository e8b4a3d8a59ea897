"""The sum over all items, exact and from a sample."""

import numpy as np
import pytest

from models.layers.log_partition import LogPartition
from tests.support.layer_case import run_build_test


def made(items, sample=1024):
    ones = {"requests": np.ones((2, 3), "float32"), "vectors": np.ones((sample, 3), "float32")}
    return run_build_test(LogPartition, {"items": items, "sample": sample}, trainable_weights=0, inputs=ones)


def summed(partition, requests, table):
    return np.asarray(partition(requests, table[np.asarray(partition.rows)]))


@pytest.mark.parametrize("sample", [9, 8, 20])
def test_is_the_sum_over_all_items_of_a_small_catalogue(sample):
    table = np.random.default_rng(3).normal(size=(10, 4)).astype("float32")
    table[[0, -1]] = 50.0  # Padding and the unknown item would drown the others.
    requests = np.random.default_rng(4).normal(size=(3, 4)).astype("float32")
    wanted = np.log(np.exp(requests @ table[1:-1].T).sum(axis=1))
    np.testing.assert_allclose(summed(made(10, sample), requests, table), wanted, rtol=1e-5)


def test_a_sample_stands_for_a_large_catalogue_in_equal_parts():
    partition = made(items=1002, sample=8)
    # The middles of eight parts of 125 items, of which the first is item 1.
    assert np.asarray(partition.rows).tolist() == [63, 188, 313, 438, 563, 688, 813, 938]
    table = np.ones((1002, 1), "float32")
    requests = np.array([[0.0], [2.0], [-2.0]], "float32")
    np.testing.assert_allclose(summed(partition, requests, table), np.log(1000) + requests[:, 0], rtol=1e-6)
    # Each item of the sample stands for its part: logits of 0 and of ln 3, half and half, are 2 on average.
    table[:, 0] = 0
    table[501:, 0] = np.log(3)
    np.testing.assert_allclose(summed(partition, requests[:1] + 1, table), [np.log(2000)], rtol=1e-6)


def test_large_products_neither_overflow_nor_vanish():
    table = np.array([[0.0], [900.0], [-900.0], [0.0]], "float32")
    np.testing.assert_allclose(summed(made(4), np.array([[1.0], [-1.0]], "float32"), table), [900.0, 900.0])


def test_a_catalogue_without_items_still_has_a_level():
    assert np.isfinite(summed(made(2), np.ones((1, 1), "float32"), np.ones((2, 1), "float32"))).all()
