from collections import Counter

from serving.cli.demo_users import candidates, chosen

COUNTS = Counter({"wanted": 50, "once": 1, **{f"u{clicks}": clicks for clicks in range(4, 14)}})


def test_others_have_short_and_long_histories():
    short, long = candidates(COUNTS, "wanted")
    # Ten others have four clicks or more, u4 to u13; a quarter of the way is place 2, nine tenths place 8.
    assert short[0] == "u6" and long[0] == "u12"
    assert len(short) == len(long) == 10 and "once" not in short and "wanted" not in long


def test_the_first_who_suit_are_chosen_and_nobody_twice():
    assert chosen("w", [["a", "b"], ["b", "c"]], suits=lambda user: user != "a") == ["w", "b", "c"]
    assert chosen("w", [["a"], ["a"]], suits=lambda user: True) == ["w", "a"]


def test_a_log_of_one_user():
    assert candidates(Counter({"w": 9}), "w") == [[], []]
    assert chosen("w", [[], []], suits=lambda user: True) == ["w"]
