import numpy as np
import pytest
from scipy import stats

from tfx_pipeline.experiments.paired_difference import holm, p_of, reach_of, seed_variance

OF_USERS = [0.5, -0.1, 0.2, 0.0, 0.4, 0.1, -0.3, 0.3, 0.2, 0.1, 0.6]


def test_with_one_seed_it_is_the_paired_t_test_over_users():
    base = np.linspace(0.1, 0.7, len(OF_USERS))
    expected = stats.ttest_rel(base + OF_USERS, base).pvalue
    assert p_of(np.array([OF_USERS])) == pytest.approx(expected)
    assert p_of(-np.array([OF_USERS])) == pytest.approx(expected)


def test_the_chance_of_seeds_is_added_to_that_of_users():
    # The mean is 0.6. Users deviate by 0.5: 10 * 0.25 / 9 / 10. Seeds deviate by 0.1: 2 * 0.01 / 1 / 2.
    seeds = np.array([[0.0, 1.0] * 5, [0.2, 1.2] * 5])
    of_users, of_seeds = 0.25 / 9, 0.01
    freedom = (of_users + of_seeds) ** 2 / (of_users**2 / 9 + of_seeds**2 / 1)
    statistic = 0.6 / (of_users + of_seeds) ** 0.5
    assert p_of(seeds) == pytest.approx(2 * stats.t.sf(statistic, freedom))
    # Users who agree do not help where one seed says the opposite of the other.
    assert p_of(np.array([[0.3] * 10 + [0.31], [-0.3] * 10 + [-0.29]])) > 0.9


def test_equal_seeds_add_nothing_but_their_number():
    assert p_of(np.array([OF_USERS, OF_USERS])) == pytest.approx(p_of(np.array([OF_USERS])))


def test_seeds_that_agree_by_luck_are_taken_to_vary_as_others_do():
    seeds = np.array([[0.0, 1.0] * 5, [0.0, 1.0] * 5])
    assert seed_variance(seeds) == 0 and seed_variance(seeds[:1]) is None
    assert seed_variance(np.array([[0.0, 1.0], [0.2, 1.2]])) == pytest.approx(0.02)  # Of 0.5 and 0.7.
    # The mean is 0.5, of ten users who deviate by 0.5, and of two seeds that are to have a variance of 0.02.
    of_users, of_seeds = 0.25 / 9, 0.02 / 2
    freedom = (of_users + of_seeds) ** 2 / (of_users**2 / 9 + of_seeds**2 / 1)
    statistic = 0.5 / (of_users + of_seeds) ** 0.5
    assert p_of(seeds, 0.02) == pytest.approx(2 * stats.t.sf(statistic, freedom))
    low, _ = reach_of(seeds, 0.02)
    assert p_of(seeds - low, 0.02) == pytest.approx(0.05)
    # What varies more by itself keeps its own, and a single seed has none.
    apart = seeds + [[0.0], [0.4]]
    assert p_of(apart, 0.02) == p_of(apart) and p_of(seeds[:1], 0.02) == p_of(seeds[:1])


def test_what_is_found_where_nothing_differs():
    random = np.random.default_rng(7)
    experiments, variants, seeds, users = 400, 12, 3, 30
    found = {"own": 0, "at least the median": 0}
    for _ in range(experiments):
        # Users as they come; seeds, those of the base among them, that vary three times as much as a mean over users.
        of_seeds = random.normal(0, 3 / users**0.5 / 2**0.5, (variants + 1, seeds, 1))
        differences = random.normal(0, 1, (variants, 1, users)) + of_seeds[1:] - of_seeds[:1]
        usual = np.median([seed_variance(each) for each in differences])
        found["own"] += min(holm([p_of(each) for each in differences])) < 0.05
        found["at least the median"] += min(holm([p_of(each, usual) for each in differences])) < 0.05
    assert found["own"] > 0.12 * experiments, "the reason for the least variance"
    assert found["at least the median"] < 0.06 * experiments


def test_what_has_no_deviation_and_too_few_users():
    assert p_of(np.zeros((2, 10))) == 1
    assert p_of(np.full((1, 10), 0.25)) == 0
    assert p_of(np.zeros((3, 9))) is None


def test_the_interval_is_that_of_the_t_test():
    mean, error = np.mean(OF_USERS), stats.sem(OF_USERS)
    assert reach_of(np.array([OF_USERS])) == pytest.approx(stats.t.interval(0.95, len(OF_USERS) - 1, mean, error))
    assert reach_of(np.full((2, 10), 0.25)) == (0.25, 0.25)
    assert reach_of(np.zeros((3, 9))) is None


def test_an_interval_ends_at_the_difference_whose_p_is_one_in_twenty():
    seeds = np.array([[0.0, 1.0] * 5, [0.2, 1.2] * 5])
    low, high = reach_of(seeds)
    assert low < 0.6 < high
    assert p_of(seeds - low) == pytest.approx(0.05) and p_of(seeds - high) == pytest.approx(0.05)


def test_holm_multiplies_the_lowest_by_all_and_never_goes_down():
    # In order: 0.01 * 4, 0.02 * 3, 0.03 * 2 (is not below the one before), 0.7 * 1.
    assert holm([0.7, 0.02, 0.01, 0.03]) == pytest.approx([0.7, 0.06, 0.04, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
