"""Slices of users whose gains are made up; `compare_test.py` has those of a model."""

import numpy as np
import pytest

from components.baselines.slices.measured_slices import fallen, measured_slices
from components.baselines.slices.slice_ways import WAYS

FIRST, SECOND = (0, 0), (0, 1)


def user(**parts):
    """Gains of two rules, a baseline and the model in parts of the first way, and how many examples."""
    return {
        {"first": FIRST, "second": SECOND}[name]: (np.array(gains), count) for name, (gains, count) in parts.items()
    }


def test_a_user_counts_once_in_each_slice_with_the_mean_of_its_examples():
    users = [user(first=([0.0, 0.5, 0.0, 1.0], 2), second=([0.0, 0.0, 0.0, 1.0], 1)) for _ in range(10)]
    users += [user(first=([0.0, 1.0, 0.0, 0.0], 1)) for _ in range(10)]
    first, second = measured_slices(users, model=-1, best_rule=1)
    assert (first["by"], first["part"], first["examples"], first["users"]) == (*("history_length", "0"), 30, 20)
    assert (second["part"], second["examples"], second["users"]) == (WAYS[0].parts[1], 10, 10)
    # Half of the users gain 1/2 and 1/4, the others 0 and 1.
    assert first["model"][0] == pytest.approx(1 / 4) and first["best_rule"][0] == pytest.approx(5 / 8)
    assert first["difference"][0] == pytest.approx(1 / 4 - 5 / 8)
    # A share of 20 users has the deviation 0.112, and the model's gain is half of it.
    assert first["model"][1:] == [pytest.approx(0.25 - 0.11, abs=0.03), pytest.approx(0.25 + 0.11, abs=0.03)]
    # Of the second slice all users are alike, whichever are drawn.
    assert second["model"] == pytest.approx([1, 1, 1]) and second["difference"] == pytest.approx([1, 1, 1])
    assert "baseline" not in first


def test_few_users_are_counted_and_no_more():
    users = [user(first=([0.0, 0.0, 0.0, 1.0], 1)) for _ in range(9)]
    assert measured_slices(users, -1, 0) == [{"by": "history_length", "part": "0", "examples": 9, "users": 9}]
    assert measured_slices([{}], -1, 0) == []


def test_a_slice_is_fallen_where_the_interval_says_that_the_baseline_is_better():
    # In the first the model is worse by 0.2 for all users; in the second by as much on the mean, but not for sure.
    users = [
        user(first=([0, 0, 0.5, 0.3], 1), second=([0, 0, 0.5, 0.3 + (1 if number % 2 else -1)], 1))
        for number in range(20)
    ]
    found = measured_slices(users, model=-1, best_rule=0, baseline=-2)
    assert found[0]["above_baseline"] == pytest.approx([-0.2] * 3) and found[0]["baseline"] == pytest.approx([0.5] * 3)
    assert found[1]["above_baseline"][0] == pytest.approx(-0.2)
    assert fallen(found, ["history_length"], 0.1) == [found[0]]
    assert fallen(found, ["history_length"], 0.25) == fallen(found, ["hour"], 0.0) == []
    # Without a baseline nothing can fall.
    assert fallen(measured_slices(users, -1, 0), ["history_length"], 0.0) == []
