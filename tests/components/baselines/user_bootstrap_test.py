import numpy as np
import pytest

from components.baselines import user_bootstrap
from components.baselines.user_bootstrap import drawn_means, drawn_ratios, interval


def test_all_columns_are_drawn_together_and_equal_seeds_draw_equal_users():
    values = np.random.default_rng(1).random((50, 1))
    both = drawn_means(np.concatenate([values, values + 0.25], axis=1), draws=40)
    assert both.shape == (40, 2)
    # Paired: in each draw the difference is the same, though the means differ from draw to draw.
    assert both[:, 1] - both[:, 0] == pytest.approx(np.full(40, 0.25))
    assert both[:, 0].std() > 0.01
    assert np.array_equal(drawn_means(values, draws=40), drawn_means(values, draws=40))
    assert not np.array_equal(drawn_means(values, draws=40), drawn_means(values, draws=40, seed=2))


def test_the_interval_is_that_of_the_mean_of_a_coin():
    # 400 users, half of them 1: the mean has the standard deviation 0.5 / 20, and 1.96 of it lie on either side.
    low, high = interval(drawn_means(np.repeat([0.0, 1.0], 200)[:, np.newaxis])[:, 0])
    assert (low, high) == (pytest.approx(0.5 - 0.049, abs=0.006), pytest.approx(0.5 + 0.049, abs=0.006))
    assert interval(drawn_means(np.full((20, 1), 0.3))[:, 0]) == (pytest.approx(0.3), pytest.approx(0.3))


def test_draws_that_do_not_fit_at_once_are_the_same(monkeypatch):
    values = np.random.default_rng(1).random((30, 2))
    whole = drawn_means(values, draws=20)
    monkeypatch.setattr(user_bootstrap, "_AT_ONCE", 30 * 7)
    assert drawn_means(values, draws=20) == pytest.approx(whole)


def test_ninety_five_of_a_hundred_lie_between():
    assert interval(np.arange(1001.0)) == (25.0, 975.0)


def test_a_ratio_of_sums_is_drawn_with_its_users():
    # 400 users, half with one example of gain 1, half with three of gain 0: the mean over examples is 200 / 800.
    sums, counts = np.repeat([1.0, 0.0], 200)[:, np.newaxis], np.repeat([1.0, 3.0], 200)[:, np.newaxis]
    ratios = drawn_ratios(sums, counts)[:, 0]
    # With a share s of the first half it is s / (3 - 2 s), whose slope at 1/2 is 3/4; s has the deviation 1/40.
    low, high = interval(ratios)
    assert (low, high) == (pytest.approx(0.25 - 0.037, abs=0.006), pytest.approx(0.25 + 0.037, abs=0.006))
    # All users alike: the ratio is the same in each draw.
    assert drawn_ratios(counts, 2 * counts) == pytest.approx(np.full((1000, 1), 0.5))


def test_draws_without_such_a_user_do_not_count():
    ratios = drawn_ratios(np.array([[0.5], [0.0], [0.0]]), np.array([[1.0], [0.0], [0.0]]))
    # One of three users is missed by (2/3)^3 of the draws.
    assert np.isnan(ratios).mean() == pytest.approx(8 / 27, abs=0.05)
    assert interval(ratios[:, 0]) == (0.5, 0.5)
