import numpy as np
from keras import ops

from models.losses.click_loss import click_loss

LABELS = np.array([[1.0, 0.0, 0.0]], "float32")


def loss(logits, real=None):
    logits = ops.convert_to_tensor(np.array(logits, "float32"))
    return float(click_loss(LABELS, logits, np.ones((1, 3), bool) if real is None else np.array(real)))


def test_mean_cross_entropy_over_candidates():
    # Probabilities 1/2, 1/4 and 3/4.
    expected = -(np.log(1 / 2) + np.log(3 / 4) + np.log(1 / 4)) / 3
    np.testing.assert_allclose(loss([[0.0, -np.log(3), np.log(3)]]), expected, rtol=1e-6)


def test_padding_does_not_count():
    masked = loss([[0.3, -2.0, -1e9]], [[True, True, False]])
    expected = -(np.log(1 / (1 + np.exp(-0.3))) + np.log(1 - 1 / (1 + np.exp(2.0)))) / 2
    np.testing.assert_allclose(masked, expected, rtol=1e-6)


def test_surely_wrong_is_large_and_finite_and_no_rows_cost_nothing():
    np.testing.assert_allclose(loss([[-1e6, 0.0, 0.0]]), (1e6 + 2 * np.log(2)) / 3, rtol=1e-6)
    empty = np.zeros((0, 3), "float32")
    assert float(click_loss(empty, ops.convert_to_tensor(empty), np.zeros((0, 3), bool))) == 0.0


def test_a_row_counts_by_its_weight():
    labels, logits = np.array([[1.0, 0.0], [0.0, 1.0]], "float32"), np.array([[0.0, 9.0], [-np.log(3), 0.0]], "float32")
    real = np.array([[True, False], [True, True]])
    # Probabilities 1/2; 1/4 and 1/2.
    first, second = np.log(2), -np.log(3 / 4) + np.log(2)
    weighted = click_loss(labels, ops.convert_to_tensor(logits), real, np.array([6.0, 2.0], "float32"))
    np.testing.assert_allclose(float(weighted), (6 * first + 2 * second) / (6 * 1 + 2 * 2), rtol=1e-6)
