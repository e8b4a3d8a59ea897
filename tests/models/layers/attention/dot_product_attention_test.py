import numpy as np
import pytest
from keras import ops

from models.layers.attention.dot_product_attention import attend, masked_softmax, split_heads


@pytest.mark.parametrize(
    ("dtype", "scores", "mask", "weights"),
    [
        ("float32", np.log([1.0, 3.0, 8.0]), [True, True, False], [0.25, 0.75, 0.0]),
        ("float16", [0.0, 500.0], [True, False], [1.0, 0.0]),  # Exactly nothing in half precision too.
        ("float32", [7.0, -7.0], [False, False], [0.0, 0.0]),
    ],
)
def test_masked_softmax_against_numbers(dtype, scores, mask, weights):
    found = np.asarray(masked_softmax(ops.cast(np.array([scores]), dtype), np.array([mask])))[0]
    np.testing.assert_allclose(found, weights, rtol=1e-6)
    assert not np.any(found[~np.array(mask)])


def heads(sequence, count):
    (parts,) = split_heads(ops.convert_to_tensor(sequence), 1, count)
    return parts


def test_parts_and_heads_are_taken_apart_in_order():
    # One row of one token; parts (0..3) and (4..7), two heads each.
    first, second = split_heads(ops.convert_to_tensor(np.arange(8.0).reshape(1, 1, 8)), 2, 2)
    np.testing.assert_array_equal(np.asarray(first)[:, 0, 0], [[0, 1], [2, 3]])
    np.testing.assert_array_equal(np.asarray(second)[:, 0, 0], [[4, 5], [6, 7]])


def test_attend_with_one_head_against_numbers():
    queries = np.array([[[2.0]]], "float32")
    keys = np.array([[[0.0], [np.log(3) / 2]]], "float32")
    values = np.array([[[4.0], [8.0]]], "float32")
    # Scores 0 and log 3, so weights 1/4 and 3/4.
    result = attend(heads(queries, 1), heads(keys, 1), heads(values, 1), np.array([[True, True]]))
    np.testing.assert_allclose(result, [[[7.0]]], rtol=1e-6)
