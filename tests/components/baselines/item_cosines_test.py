import numpy as np
import pytest

from components.baselines import item_cosines
from components.baselines.item_cosines import nearest_items

# Histories: {0, 1}, {0, 1, 2}, {2}, {0, 3}. They hold item 0 three times, 1 twice, 2 twice, 3 once, and 4 never.
BASKETS = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [1, 2], [2, 2], [3, 0], [3, 3]])
COSINES = {
    (0, 1): 2 / np.sqrt(3 * 2),
    (0, 2): 1 / np.sqrt(3 * 2),
    (0, 3): 1 / np.sqrt(3 * 1),
    (1, 2): 1 / np.sqrt(2 * 2),
}


@pytest.mark.parametrize("at_once", [1, 2, 1024])
def test_cosines_of_items_in_the_same_histories(at_once, monkeypatch):
    monkeypatch.setattr(item_cosines, "_ITEMS_AT_ONCE", at_once)
    expected = np.zeros((5, 5))
    for (one, other), cosine in COSINES.items():
        expected[one, other] = expected[other, one] = cosine
    np.testing.assert_allclose(nearest_items(BASKETS, 5, 9).toarray(), expected)


def test_the_nearest_are_kept_and_of_equally_near_ones_the_first():
    near = nearest_items(BASKETS, 5, 1).toarray()
    # Nearest to 0 is 1 (0.82), to 1 is 0, to 2 is 1 (0.5), to 3 is 0; 4 has none.
    assert [np.flatnonzero(row).tolist() for row in near] == [[1], [0], [1], [0], []]
    # Both others stand in the one history of item 0.
    same = nearest_items(np.array([[0, 0], [0, 1], [0, 2]]), 3, 1).toarray()
    assert [np.flatnonzero(row).tolist() for row in same] == [[1], [0], [0]]


def test_nothing_has_no_neighbours():
    assert nearest_items(np.zeros((0, 2), np.int32), 2, 3).toarray().tolist() == [[0, 0], [0, 0]]
    assert nearest_items(np.zeros((0, 2), np.int32), 0, 3).shape == (0, 0)
