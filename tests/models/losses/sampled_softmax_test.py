import numpy as np
import pytest

from models.losses.sampled_softmax import sampled_softmax

LOGITS = np.array([[1.0, 2.0, 0.5, -1.0], [0.0, 3.0, 1.5, 2.0]], "float32")
WANTED = np.array([4, 9])
COLUMNS = np.array([4, 9, 4, 2])
"""The third column is the item that the first row wants, drawn by chance."""
NO_CORRECTION = np.zeros(4, "float32")


def cross_entropy(logits, wanted):
    return np.log(np.exp(logits).sum()) - wanted


def test_other_columns_of_the_same_item_are_left_out():
    first = cross_entropy(np.array([1.0, 2.0, -1.0]), 1.0)
    second = cross_entropy(np.array([0.0, 3.0, 1.5, 2.0]), 3.0)
    loss = sampled_softmax(LOGITS, WANTED, COLUMNS, NO_CORRECTION, np.array([True, True]))
    assert float(loss) == pytest.approx((first + second) / 2, rel=1e-5)


def test_popularity_is_taken_off():
    shares = np.log([0.5, 0.25, 0.5, 0.125]).astype("float32")
    expected = cross_entropy(LOGITS[1] - shares, 3.0 - np.log(0.25))
    loss = sampled_softmax(LOGITS, WANTED, COLUMNS, shares, np.array([False, True]))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rows", [2, 0])
def test_no_real_row_costs_nothing(rows):
    assert float(sampled_softmax(LOGITS[:rows], WANTED[:rows], COLUMNS, NO_CORRECTION, np.zeros(rows, bool))) == 0.0


def test_a_row_counts_by_its_weight():
    first = cross_entropy(np.array([1.0, 2.0, -1.0]), 1.0)
    second = cross_entropy(np.array([0.0, 3.0, 1.5, 2.0]), 3.0)
    weights = np.array([5.0, 2.0], "float32")
    loss = sampled_softmax(LOGITS, WANTED, COLUMNS, NO_CORRECTION, np.array([True, True]), weights)
    assert float(loss) == pytest.approx((5 * first + 2 * second) / 7, rel=1e-5)
