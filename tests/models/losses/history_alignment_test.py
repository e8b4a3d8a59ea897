import numpy as np

from models.losses.history_alignment import HistoryAlignment
from tests.support.layer_case import run_layer_test

RANDOM = np.random.default_rng(0)
FIRST, SECOND = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
MASK = np.array([[True, True, False, False], [True, True, True, True], [True, False, False, False]])
ROWS = np.array([True, True, True])


def alignment():
    layer = HistoryAlignment(temperature=0.2)
    layer.build((None, None, 5))
    return layer


def test_layer_contract():
    inputs = {"first": FIRST, "second": SECOND, "token_mask": MASK, "row_mask": ROWS}
    run_layer_test(HistoryAlignment, {}, inputs, (), trainable_weights=2, mixed_dtype="float32")


def test_against_numbers():
    layer = alignment()
    means = [view[row][MASK[row]].mean(0) for view in (FIRST, SECOND) for row in range(3)]
    similarity = np.tanh(np.array(means) @ layer.similarity.numpy() @ np.array(means).T) / 0.2
    losses = []
    for place in range(6):
        others = [similarity[place, other] for other in range(6) if other != place]
        losses.append(np.log(np.sum(np.exp(others))) - similarity[place, (place + 3) % 6])
    np.testing.assert_allclose(layer(FIRST, SECOND, MASK, ROWS), np.mean(losses), rtol=1e-5)


def test_rows_that_do_not_take_part_equal_rows_that_are_not_there():
    layer = alignment()
    masked = layer(FIRST, SECOND, MASK, np.array([True, False, True]))
    deleted = layer(FIRST[[0, 2]], SECOND[[0, 2]], MASK[[0, 2]], ROWS[:2])
    np.testing.assert_allclose(masked, deleted, rtol=1e-5)


def test_nothing_to_compare_costs_nothing():
    layer = alignment()
    assert float(layer(FIRST, SECOND, MASK, ~ROWS)) == float(layer(FIRST, SECOND, np.zeros_like(MASK), ~ROWS)) == 0.0
    np.testing.assert_allclose(layer(FIRST, SECOND, MASK, np.array([True, False, False])), 0.0, atol=1e-6)
    assert float(layer(FIRST[:0], SECOND[:0], MASK[:0], ROWS[:0])) == 0.0
