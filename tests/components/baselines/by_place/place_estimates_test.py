"""Self-normalized estimates by hand, and that they find what users want where the log's own order hides it."""

import numpy as np
import pytest

from components.baselines.by_place.place_estimates import Weighted, place_estimates
from schemas.rank_metrics import HitRate, MeanReciprocalRank

METRICS = {1: HitRate(1), 2: MeanReciprocalRank()}
RANKERS = {"popularity": 0, "last_items": 1, "baseline": 2, "model": -1}


def user(*examples):
    """Of a user whose examples are (weight, whether it was cut, MRR of each ranker)."""
    total = None
    for weight, is_cut, *gains in examples:
        hits = [float(gain == 1) for gain in gains]
        each = Weighted.of_example(np.array([[9.0] * len(gains), hits, gains]).T, weight, is_cut)
        total = each if total is None else total.plus(each)
    return total


def estimates(*users, examples=None):
    count = sum(each.examples for each in users if each) if examples is None else examples
    return place_estimates(users, count, RANKERS, METRICS, MeanReciprocalRank())


def test_an_example_without_a_weight_is_none():
    assert Weighted.of_example(np.ones((1, 1)), 0.0, False) is None
    assert user((2.0, False, 1, 1, 1, 1)).plus(None).weight == 2.0


def test_the_estimate_is_the_weighted_mean_over_examples():
    found = estimates(
        user((1.0, False, 1, 0.5, 0.2, 1), (4.0, True, 1, 0.5, 0.2, 0.25)),
        user((5.0, False, 0.1, 0.5, 0.2, 0.5)),
        None,
        examples=7,
    )
    assert (found["examples"], found["users"], found["left_out"]) == (3, 2, 4)
    assert found["clipped"] == pytest.approx(1 / 3) and found["mean_weight"] == pytest.approx(10 / 3)
    assert found["effective"] == pytest.approx(10**2 / (1 + 16 + 25))
    plain, value, low, high = found["rankers"]["model"]["mrr"]
    assert plain == pytest.approx((1 + 0.25 + 0.5) / 3)
    assert value == pytest.approx((1 * 1 + 4 * 0.25 + 5 * 0.5) / 10)
    # A draw has the first user twice, the second twice, or both.
    assert (low, high) == pytest.approx((2 / 5, 5 * 0.5 / 5))
    assert found["rankers"]["model"]["hit_rate_at_1"][:2] == pytest.approx([1 / 3, 1 / 10])
    # By plain means `popularity` is the better rule (0.7), by weight `last_items` is not worse (0.5 against 0.55).
    assert found["rankers"]["popularity"]["mrr"][1] == pytest.approx((1 + 4 + 0.5) / 10)
    assert found["best_rule"] == "popularity" and found["difference"][0] == pytest.approx(0.45 - 0.55)


def test_the_best_rule_is_chosen_by_the_estimate_and_is_never_the_baseline():
    found = estimates(user((1.0, False, 1, 0.5, 1, 1)), user((9.0, False, 0.1, 0.5, 1, 1)))
    assert found["rankers"]["popularity"]["mrr"][:2] == pytest.approx([0.55, 0.19])
    assert found["rankers"]["last_items"]["mrr"][:2] == pytest.approx([0.5, 0.5])
    assert found["best_rule"] == "last_items" and found["difference"] == pytest.approx([0.5] * 3)


def test_equal_weights_say_what_plain_means_say():
    found = estimates(*[user((3.0, False, 0.5, 0.5, 0.5, gain)) for gain in (1, 0.5, 0.25)])
    plain, value, *_ = found["rankers"]["model"]["mrr"]
    assert plain == pytest.approx(value) == pytest.approx(1.75 / 3) and found["effective"] == pytest.approx(3)


def test_without_a_weight_nothing_is_estimated():
    assert estimates(None, None, examples=5) == {"examples": 0, "users": 0, "left_out": 5}
