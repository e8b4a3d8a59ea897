import numpy as np
import pytest

from models.unisar.items_of_history import ItemsOfHistory, newest_query
from tests.models.unisar.overlap_features_test import request


def test_both_histories_are_one():
    """Item 3 two tokens before the newest, 1 in a search one before, 2 the newest."""
    history = ItemsOfHistory.of(request())
    total = 1 + 1 / 2 + 1 / 3
    found = dict(zip(np.asarray(history.items)[0].tolist(), np.asarray(history.weights)[0].tolist(), strict=True))
    assert found.pop(0) == [0, 0, 0]
    expected = {3: [0, 1 / 3 / total, 1], 1: [0, 1 / 2 / total, 1], 2: [1, 1 / total, 1]}
    assert found == {item: pytest.approx(weights) for item, weights in expected.items()}
    assert np.asarray(history.newest_item).tolist() == [2]


@pytest.mark.parametrize(("count", "kept"), [(1, [2]), (2, [2, 1]), (3, [2, 1, 3]), (50, [2, 1, 3])])
def test_the_newest_items(count, kept):
    history = ItemsOfHistory.of(request())
    newest = history.newest(count)
    items = np.asarray(newest.items)[0]
    assert sorted(items[items > 0]) == sorted(kept)
    weights = dict(zip(np.asarray(history.items)[0].tolist(), np.asarray(history.weights)[0].tolist(), strict=True))
    assert np.asarray(newest.weights)[0].tolist() == [weights[item] for item in items.tolist()]


def test_the_newest_query():
    assert np.asarray(newest_query(request())).tolist() == [[1, 3, 0]]
