from collections import Counter

import pytest

from tfx_pipeline.cli.demo.demo_users import candidates, chosen

COUNTS = Counter({"wanted": 50, "once": 1, **{f"u{clicks}": clicks for clicks in range(4, 14)}})


@pytest.mark.parametrize(
    ("clicks", "first", "second"),
    # Ten others have four clicks or more, u4 to u13: a tenth of the way is place 1, the half 4, 0.95 place 9.
    [(50, "u5", "u8"), (8, "u5", "u13"), (2, "u8", "u13")],
)
def test_others_have_shorter_and_longer_histories(clicks, first, second):
    counts = Counter({**COUNTS, "wanted": clicks})
    one, other = candidates(counts, "wanted")
    assert (one[0], other[0]) == (first, second)
    assert len(one) == len(other) == 10 and "once" not in one and "wanted" not in other


def test_the_first_who_suit_are_chosen_and_nobody_twice():
    assert chosen("w", [["a", "b"], ["b", "c"]], suits=lambda user: user != "a") == ["w", "b", "c"]
    assert chosen("w", [["a"], ["a"]], suits=lambda user: True) == ["w", "a"]


def test_a_log_of_one_user():
    assert candidates(Counter({"w": 9}), "w") == []
    assert chosen("w", [], suits=lambda user: True) == ["w"]
