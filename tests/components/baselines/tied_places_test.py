import math

import numpy as np
import pytest

from components.baselines.tied_places import mean_gains, places
from schemas.rank_metrics import NDCG, HitRate, MeanReciprocalRank


def test_later_keys_break_ties_and_what_stays_equal_shares_its_places():
    first = np.array([[1, 2, 1, 1, 9], [0, 0, 0, 0, 0], [3, 2, 1, 0, 0], [5, 5, 5, 5, 5]])
    second = np.array([[4, 0, 5, 4, 9], [0, 0, 0, 0, 0], [0, 0, 9, 0, 0], [1, 1, 1, 1, 1]])
    is_positive = np.zeros((4, 5), bool)
    is_positive[[0, 1, 2], [0, 2, 2]] = True
    is_item = np.ones((4, 5), bool)
    is_item[:2, 4] = False  # Padding never ranks, however well it scores.
    # Row 1: the second is better by its first key, the third by its second, the fourth is equal. Row 2: four are equal.
    # Row 3: two are better, and the second key does not matter. Row 4 has no positive.
    assert places((first, second), is_positive, is_item).tolist() == [[3, 4], [1, 4], [3, 3], [0, 0]]


def test_the_gain_is_the_mean_over_the_shared_places():
    tied = np.array([[2, 2], [1, 9], [4, 7], [0, 0]])
    # Of nine equal ones five are among the first five: a hit in five of nine cases, not for sure.
    assert mean_gains(HitRate(5), tied) == pytest.approx([1, 5 / 9, 2 / 4, 0])
    assert mean_gains(MeanReciprocalRank(), tied[:3:2]) == pytest.approx([1 / 2, (1 / 4 + 1 / 5 + 1 / 6 + 1 / 7) / 4])
    ndcg = [1 / math.log2(3), (1 / math.log2(5) + 1 / math.log2(6)) / 4]
    assert mean_gains(NDCG(5), tied[:3:2]) == pytest.approx(ndcg)
