import math
from collections import Counter

import pytest

from components.ranking_metrics.rank_gains import discounted_gain, hit, mean_gain, reciprocal


def test_a_hit_is_among_the_first_k():
    assert [hit(rank, k=2) for rank in (1, 2, 3)] == [1, 1, 0]


def test_the_gain_is_discounted_by_the_logarithm_of_the_rank():
    # 1 / log2(2), 1 / log2(4), and nothing behind the third.
    assert [discounted_gain(rank, k=3) for rank in (1, 3, 4)] == [1, 0.5, 0]


def test_the_reciprocal_has_no_cut_off():
    assert [reciprocal(rank) for rank in (1, 4, 1000)] == [1, 0.25, 0.001]


def test_mean_gain_weighs_each_rank_by_its_examples():
    # Two examples at rank 1 and one at rank 4: (2 * 1/1 + 1/4) / 3
    assert mean_gain(Counter({1: 2, 4: 1}), reciprocal) == pytest.approx(2.25 / 3)


def test_mean_gain_of_no_example_is_not_a_number():
    assert math.isnan(mean_gain(Counter(), float))
