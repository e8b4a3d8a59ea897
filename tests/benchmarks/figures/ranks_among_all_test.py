import math

import numpy as np
import pytest

from benchmarks.figures.ranks_among_all import ranks_among_all, recall_and_ndcg


def test_ranks_count_what_stands_before_with_and_without_the_users_own():
    # One request scores the items 1 to 5 with 5, 4, 3, 3, 1. Padding would be first.
    items = np.array([[9.0], [5.0], [4.0], [3.0], [3.0], [1.0]])
    ask = np.ones((1, 1))
    for wanted, own, expected in (
        (1, [], (0, 0)),
        (3, [], (3, 3)),  # An equal score stands before it.
        (3, [1, 4, 5], (3, 1)),  # Items 1 and 4 are the user's; 5 stands behind anyway.
        (5, [1, 1, 2], (4, 2)),  # An item that the user has twice counts once.
        (5, [5, 1], (4, 3)),  # The wanted one is not before itself.
    ):
        among_all, without_own = ranks_among_all(ask, items, np.array([wanted]), [np.array(own, "int32")])
        assert (among_all.tolist(), without_own.tolist()) == ([expected[0]], [expected[1]])


def test_each_request_is_ranked_by_its_own_scores():
    items = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    among_all, _ = ranks_among_all(np.eye(2), items, np.array([1, 1]), [np.array([], "int32")] * 2)
    assert among_all.tolist() == [0, 1]


def test_recall_and_ndcg_are_means_with_nothing_from_the_cut_off_on():
    found = recall_and_ndcg(np.array([0, 1, 2, 5]), cut_off=2)
    assert found == {"recall@2": 0.5, "ndcg@2": pytest.approx((1 + 1 / math.log2(3)) / 4)}
    assert recall_and_ndcg(np.array([9, 10]))["recall@10"] == 0.5
