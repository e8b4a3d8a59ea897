import numpy as np
import pytest

from models.losses.weighted_mean import weighted_mean

LOSSES = np.array([[1.0, 2.0, 100.0], [3.0, 4.0, 5.0]], "float32")
COUNTS = np.array([[True, True, False], [True, True, True]])


@pytest.mark.parametrize(
    ("loss_weights", "expected"),
    [
        (None, 15 / 5),
        ([1, 1], 15 / 5),
        ([7, 7], 15 / 5),  # The unit does not matter.
        ([0.001, 0.001], 15 / 5),
        ([2, 1], (2 * 3 + 12) / (2 * 2 + 3)),
        ([0, 1], 12 / 3),
        ([0, 0], 0.0),
        ([[1, 3, 9], [0, 0, 2]], (1 + 3 * 2 + 2 * 5) / (1 + 3 + 2)),
    ],
)
def test_losses_count_by_their_weights(loss_weights, expected):
    loss_weights = None if loss_weights is None else np.array(loss_weights, "float32")
    assert float(weighted_mean(LOSSES, COUNTS, loss_weights)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("loss_weights", [None, np.ones(2, "float32")])
def test_where_nothing_counts_it_is_0(loss_weights):
    assert float(weighted_mean(LOSSES, np.zeros_like(COUNTS), loss_weights)) == 0.0
    assert float(weighted_mean(LOSSES[:0], COUNTS[:0], None if loss_weights is None else loss_weights[:0])) == 0.0


def test_one_loss_for_each_row():
    loss = weighted_mean(np.array([2.0, 4.0], "float32"), np.array([True, True]), np.array([3.0, 1.0], "float32"))
    assert float(loss) == pytest.approx((3 * 2 + 4) / 4)
