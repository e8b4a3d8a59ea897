import numpy as np
import pytest

from models.losses.next_item_loss import binary_next_item_loss, softmax_next_item_loss

# One row of three positions, in one dimension, so that scores are products.
ENCODINGS = np.array([[[1.0], [2.0], [3.0]]], "float32")


def cross_entropy(logit, label):
    probability = 1 / (1 + np.exp(-logit))
    return -np.log(probability if label else 1 - probability)


def test_binary_is_the_mean_over_positions_of_targets_and_negatives():
    # Two targets and two negatives a position.
    items = np.array([[[0.5, 1.0, -1.0, 2.0], [1.5, 9.0, 0.0, 9.0], [9.0, 9.0, 9.0, 9.0]]], "float32")[..., None]
    is_target = np.array([[[True, True], [True, False], [False, False]]])
    is_negative = np.array([[[True, True], [True, False], [True, True]]])
    first = (cross_entropy(0.5, 1) + cross_entropy(1.0, 1)) / 2 + cross_entropy(-1.0, 0) + cross_entropy(2.0, 0)
    second = cross_entropy(3.0, 1) + cross_entropy(0.0, 0)
    loss = binary_next_item_loss(ENCODINGS, items, is_target, is_negative)
    np.testing.assert_allclose(loss, (first + second) / 2, rtol=1e-5)


def test_softmax_is_the_mean_over_targets():
    targets = np.array([[[0.5], [2.0], [9.0]]], "float32")[..., None]
    negatives = np.array([[1.0], [-1.0]], "float32")
    is_target = np.array([[[True], [True], [False]]])
    is_hit = np.array([[[False, False], [True, False], [False, False]]])
    # Scores: 0.5 among 1 and -1; 4 among -2 alone, since the other negative is the target.
    first = np.log(np.exp(0.5) + np.exp(1.0) + np.exp(-1.0)) - 0.5
    second = np.log(np.exp(4.0) + np.exp(-2.0)) - 4.0
    no_offsets = np.zeros((1, 3, 1), "float32"), np.zeros(2, "float32")
    loss = softmax_next_item_loss(ENCODINGS, targets, negatives, is_target, is_hit, *no_offsets)
    np.testing.assert_allclose(loss, (first + second) / 2, rtol=1e-5)


def test_offsets_are_taken_off_the_scores():
    targets = np.array([[[0.5], [0.0], [0.0]]], "float32")[..., None]
    is_target = np.array([[[True], [False], [False]]])
    negatives, is_hit = np.array([[1.0]], "float32"), np.zeros((1, 3, 1), bool)
    offsets = np.full((1, 3, 1), -0.2, "float32"), np.array([0.3], "float32")
    loss = softmax_next_item_loss(ENCODINGS, targets, negatives, is_target, is_hit, *offsets)
    np.testing.assert_allclose(loss, np.log(np.exp(0.7) + np.exp(0.7)) - 0.7, rtol=1e-5)


def test_where_nothing_counts_it_is_0():
    nothing = np.zeros((1, 3, 1), bool)
    items = np.ones((1, 3, 2, 1), "float32")
    assert float(binary_next_item_loss(ENCODINGS, items, nothing, nothing)) == 0
    offsets = np.zeros((1, 3, 1), "float32"), np.zeros(1, "float32")
    targets, negatives = items[:, :, :1], np.ones((1, 1), "float32")
    assert float(softmax_next_item_loss(ENCODINGS, targets, negatives, nothing, nothing, *offsets)) == 0


def test_a_target_counts_by_its_weight():
    # Two rows of two positions, two targets and one negative each; the second row has one target.
    encodings = np.ones((2, 2, 1), "float32")
    items = np.array([[[0.5, 1.0, -1.0], [2.0, 9.0, 0.0]], [[1.5, 9.0, 1.0], [9.0, 9.0, 9.0]]], "float32")[..., None]
    is_target = np.array([[[True, True], [True, False]], [[True, False], [False, False]]])
    weights = np.array([[[1.0, 5.0], [2.0, 9.0]], [[4.0, 9.0], [9.0, 9.0]]], "float32")
    # The position of two targets has the mean weight 3.
    first = (1 * cross_entropy(0.5, 1) + 5 * cross_entropy(1.0, 1)) / 2 + 3 * cross_entropy(-1.0, 0)
    second = 2 * (cross_entropy(2.0, 1) + cross_entropy(0.0, 0))
    third = 4 * (cross_entropy(1.5, 1) + cross_entropy(1.0, 0))
    is_negative = np.ones((2, 2, 1), bool)
    loss = binary_next_item_loss(encodings, items, is_target, is_negative, target_weights=weights)
    np.testing.assert_allclose(loss, (first + second + third) / (3 + 2 + 4), rtol=1e-5)
    # Each target against one negative with the score 1: softplus(1 - score).
    softplus = [np.log1p(np.exp(1 - score)) for score in (0.5, 1.0, 2.0, 1.5)]
    offsets = np.zeros((2, 2, 2), "float32"), np.zeros(1, "float32")
    loss = softmax_next_item_loss(
        encodings,
        items[:, :, :2],
        np.array([[1.0]], "float32"),
        is_target,
        np.zeros((2, 2, 1), bool),
        *offsets,
        weights,
    )
    np.testing.assert_allclose(loss, np.average(softplus, weights=[1, 5, 2, 4]), rtol=1e-5)


@pytest.mark.parametrize("weight", [1.0, 0.01])
def test_equal_weights_change_nothing_and_weights_of_0_leave_nothing(weight):
    random = np.random.default_rng(0)
    encodings, items = random.normal(size=(3, 2, 4)), random.normal(size=(3, 2, 5, 4))
    is_target = random.random((3, 2, 2)) < 0.7
    is_negative = np.ones((3, 2, 3), bool)
    plain = binary_next_item_loss(encodings, items, is_target, is_negative)
    equal = np.full(is_target.shape, weight, "float32")
    weighted = binary_next_item_loss(encodings, items, is_target, is_negative, target_weights=equal)
    np.testing.assert_allclose(weighted, plain, rtol=1e-5)
    assert float(binary_next_item_loss(encodings, items, is_target, is_negative, target_weights=0 * equal)) == 0
