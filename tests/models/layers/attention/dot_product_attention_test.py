import numpy as np
from keras import ops

from models.layers.attention.dot_product_attention import attend, masked_softmax, split_heads


def test_masked_softmax_against_numbers():
    scores = np.log([[1.0, 3.0, 8.0]]).astype("float32")
    mask = np.array([[True, True, False]])
    np.testing.assert_allclose(masked_softmax(ops.convert_to_tensor(scores), mask), [[0.25, 0.75, 0.0]], rtol=1e-6)


def test_masked_keys_weigh_exactly_nothing_in_half_precision():
    scores = ops.cast(np.array([[0.0, 500.0]]), "float16")
    weights = masked_softmax(scores, np.array([[True, False]]))
    np.testing.assert_array_equal(weights, [[1.0, 0.0]])


def test_all_masked_is_zero():
    weights = masked_softmax(ops.convert_to_tensor(np.array([[7.0, -7.0]], "float32")), np.array([[False, False]]))
    np.testing.assert_array_equal(weights, [[0.0, 0.0]])


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


def test_heads_are_apart():
    random = np.random.default_rng(0)
    queries, keys, values = (random.normal(size=(2, length, 4)).astype("float32") for length in (3, 5, 5))
    mask = np.array([[True] * 5, [True, False, True, False, True]])
    both = np.asarray(attend(heads(queries, 2), heads(keys, 2), heads(values, 2), mask))
    for head in (slice(0, 2), slice(2, 4)):
        alone = attend(*(heads(each[..., head], 1) for each in (queries, keys, values)), mask)
        np.testing.assert_allclose(both[..., head], alone, rtol=1e-5)
