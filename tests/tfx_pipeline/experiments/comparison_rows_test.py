"""The table of two variants and two seeds, worked out by hand."""

import numpy as np
import pytest

from components.metrics.by_user.user_gains import UserGains
from schemas.rank_metrics import rank_metrics
from tests.support.experiment_results import result
from tfx_pipeline.experiments.comparison_rows import Figure, rows
from tfx_pipeline.experiments.paired_difference import p_of, reach_of

USERS = 10
SURFACES = ("search", "recommendation")
NAMES = [metric.name for metric in rank_metrics()]


def gains(ndcg_of_users, counts=None):
    """Gains of ten users, in NDCG@5 alone; of as many examples as `counts` says, one each if it says nothing."""
    sums = np.zeros((USERS, len(NAMES)))
    sums[:, NAMES.index("ndcg_at_5")] = ndcg_of_users
    users = np.array([f"u{user}".encode() for user in range(USERS)])
    return UserGains(users, np.array(counts or [1] * USERS), sums)


def approx(mean, deviation):
    return Figure(pytest.approx(mean), None if deviation is None else pytest.approx(deviation))


def test_means_deviations_and_paired_differences():
    found = rows(
        [
            result("complete", 0, search=0.50, epoch=3),
            result("small", 0, search=0.40, epoch=9),
            result("complete", 1, search=0.70, epoch=5),
            result("small", 1, search=0.66, epoch=9),
        ]
    )
    complete, small = found
    assert (complete.variant, complete.surface, complete.seeds) == ("complete", "search", (17, 18))
    # The deviation of a sample of two: the distance, divided by the root of 2.
    assert complete.metrics["ndcg_at_5"] == approx(0.60, 0.2 / 2**0.5)
    assert small.metrics["ndcg_at_5"] == approx(0.53, 0.26 / 2**0.5)
    assert (complete.epochs, small.epochs) == ((3, 5), (9, 9))
    assert (complete.difference, complete.p) == (None, None)
    # -0.10 and -0.04: seeds that are good for both cancel out.
    assert small.difference == approx(-0.07, 0.06 / 2**0.5)
    assert (complete.is_best, small.is_best) == (True, False)


def test_variants_are_paired_by_their_seeds_and_one_that_is_ahead_waits():
    found = rows(
        [
            result("complete", 0, search=0.5),
            result("small", 0, search=0.4),
            result("broken", 0, error="no such thing"),
            result("complete", 1, search=0.9),
        ]
    )
    complete, small = found
    assert complete.metrics["ndcg_at_5"].mean == pytest.approx(0.7)
    assert small.metrics["ndcg_at_5"] == approx(0.4, None)
    # Not 0.4 - 0.7: the second seed is not the small one's yet.
    assert small.difference == approx(-0.1, None)


def test_each_surface_is_compared_where_both_were_trained_on_it():
    found = rows(
        [
            result("search alone", 0, search=0.5),
            result("both", 0, search=0.4, recommendation=0.2),
            result("feed alone", 0, recommendation=0.3),
        ]
    )
    told = [(each.variant, each.surface, each.difference is None, each.is_best) for each in found]
    assert told == [
        ("search alone", "search", True, True),
        ("both", "recommendation", True, False),
        ("both", "search", False, False),
        ("feed alone", "recommendation", True, True),
    ]


def test_without_the_first_variant_there_are_no_differences():
    (small,) = rows([result("complete", 0, error="no such thing"), result("small", 0, search=0.4)])
    assert (small.variant, small.difference, small.p, small.is_best) == ("small", None, None, True)
    assert rows([result("complete", 0, error="no such thing")]) == []


def test_the_test_weighs_users_by_their_examples_so_that_it_tests_the_difference_that_is_told():
    counts = [4, *[1] * 9]
    base, own = np.zeros(10), np.linspace(0.9, 0.0, 10)  # Sums of 4.5 over 13 examples.
    found = rows(
        [
            result("complete", 0, search=0.0, gains={"search": gains(base, counts)}),
            result("small", 0, search=4.5 / 13, gains={"search": gains(own, counts)}),
        ]
    )
    # The sums are tested. With means, the first user's would be a quarter.
    assert own.sum() == pytest.approx(13 * found[1].difference.mean)
    assert found[1].p == pytest.approx(p_of(own[np.newaxis])) and found[1].users == 10
    assert found[1].p != pytest.approx(p_of(own[np.newaxis] / counts))


def test_p_is_corrected_over_all_variants_and_both_surfaces():
    user = np.linspace(0.0, 0.9, 10)
    small = {"search": gains(user + 0.1), "recommendation": gains(user - 0.3)}
    large = {"search": gains(user * 0.5)}
    flat = {"search": gains(np.zeros(10)), "recommendation": gains(np.zeros(10))}
    found = rows(
        [
            result("complete", 0, search=0.5, recommendation=0.5, gains=flat),
            result("small", 0, search=0.4, recommendation=0.5, gains=small),
            result("large", 0, search=0.4, gains=large),
        ]
    )
    single = {(each.variant, each.surface): each.p for each in found if each.p is not None}
    # The sums differ by 0.1 to 1.0, by -0.3 to 0.6 and by 0 to 0.45.
    assert single == {
        ("small", "recommendation"): pytest.approx(p_of(user[np.newaxis] - 0.3)),
        ("small", "search"): pytest.approx(p_of(user[np.newaxis] + 0.1)),
        ("large", "search"): pytest.approx(p_of(user[np.newaxis])),  # Half of it has the same p.
    }
    lowest, middle, highest = sorted(single.values())
    corrected = {each.p: each.p_corrected for each in found if each.p is not None}
    assert corrected[lowest] == pytest.approx(3 * lowest)
    assert corrected[middle] == pytest.approx(2 * middle)
    assert corrected[highest] == pytest.approx(highest)


def test_seeds_of_a_variant_vary_at_least_as_those_of_most_on_its_surface():
    user = np.linspace(0.0, 0.9, 10)
    of_seeds = {"lucky": (0.2, 0.2), "usual": (0.1, 0.3), "wild": (0.0, 0.8)}  # Their variances: 0, 0.02 and 0.32.
    trained = [
        result("complete", turn, search=0.5, recommendation=0.5, gains={name: gains([0.5] * 10) for name in SURFACES})
        for turn in (0, 1)
    ]
    for name, differences in of_seeds.items():
        for turn, difference in enumerate(differences):
            own = {"search": gains(0.5 + user + difference), "recommendation": gains(0.5 + user)}
            trained.append(result(name, turn, search=0.5 + difference, recommendation=0.5, gains=own))
    found = {(each.variant, each.surface): each for each in rows(trained)}
    pairs = {name: np.array([user + each for each in differences]) for name, differences in of_seeds.items()}
    for name in of_seeds:
        assert found[name, "search"].p == pytest.approx(p_of(pairs[name], 0.02))
        assert found[name, "search"].difference_reach == pytest.approx(reach_of(pairs[name], 0.02))
    assert found["lucky", "search"].p > 3 * p_of(pairs["lucky"]), "it had been taken for sure"
    # On the other surface no seed differs from the other.
    assert found["lucky", "recommendation"].p == pytest.approx(p_of(np.array([user, user])))


@pytest.mark.parametrize("other", [{}, {"search": gains([0.5] * 10, [2] * 10)}])
def test_variants_that_were_asked_something_else_are_not_tested(other):
    first = {"search": gains([0.5] * 10)}
    _, small = rows([result("complete", 0, search=0.5, gains=first), result("small", 0, search=0.4, gains=other)])
    assert (small.difference.mean, small.p, small.users) == (pytest.approx(-0.1), None, 0)


def test_intervals_are_of_the_metric_and_of_its_difference():
    # The first user has eleven examples, the others one: twenty in all, two for each user on average.
    base, own = np.linspace(0.1, 0.9, USERS), np.linspace(0.2, 0.6, USERS)
    counts = [11] + [1] * 9
    complete, small = rows(
        [
            result("complete", 0, search=base.sum() / 20, gains={"search": gains(base, counts)}),
            result("small", 0, search=own.sum() / 20, gains={"search": gains(own, counts)}),
        ]
    )
    assert complete.reach == pytest.approx(reach_of(np.array([base / 2])))
    assert sum(complete.reach) / 2 == pytest.approx(complete.metrics["ndcg_at_5"].mean)
    assert complete.difference_reach is None
    assert small.difference_reach == pytest.approx(reach_of(np.array([(own - base) / 2])))
    assert sum(small.difference_reach) / 2 == pytest.approx(small.difference.mean, abs=1e-12)


def test_where_it_is_not_known_what_users_gained_there_is_no_interval():
    complete, small = rows([result("complete", 0, search=0.5), result("small", 0, search=0.4)])
    assert complete.reach is None and small.difference_reach is None
    # Each was asked other questions: each has an interval of its own, and there is none of the difference.
    asked = [gains([0.5] * USERS), gains([0.5] * USERS, [2] * USERS)]
    complete, small = rows(
        [result(name, 0, search=0.5, gains={"search": each}) for name, each in zip("ab", asked, strict=True)]
    )
    assert complete.reach and small.reach and small.difference_reach is None
