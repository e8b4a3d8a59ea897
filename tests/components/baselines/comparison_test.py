import numpy as np
import pytest

from components.baselines.comparison import compared
from schemas.rank_metrics import HitRate, MeanReciprocalRank

METRICS = (HitRate(1), MeanReciprocalRank())


def result(rule, model, other=0.0, margin=0.0, counts=None):
    """Compares on hit rate: of each user, the gains of a rule, of another rule and of the model."""
    rule, model = np.asarray(rule, float), np.asarray(model, float)
    gains = np.stack([np.full_like(rule, other), rule, model], axis=1)[:, :, np.newaxis].repeat(2, axis=2)
    counts = np.ones(len(rule), int) if counts is None else np.asarray(counts)
    return compared("search", gains, counts, ("bad", "good"), METRICS, METRICS[0], margin)


def test_figures_of_all_and_the_best_rule():
    found = result(rule=[1, 0] * 10, model=[1] * 20, other=0.25)
    assert (found["examples"], found["users"], found["best_rule"], found["beaten"]) == (20, 20, "good", True)
    assert found["model"]["mrr"] == [1, 1, 1] and found["rules"]["bad"]["hit_rate_at_1"] == [0.25, 0.25, 0.25]
    value, low, high = found["rules"]["good"]["hit_rate_at_1"]
    assert value == 0.5 and low < 0.4 and high > 0.6
    difference, low, high = found["difference"]
    assert difference == 0.5 and 0.2 < low < 0.4 and 0.6 < high < 0.8
    assert found["verdict"] == (
        "search: the model beats the best rule, good: HR@1 1.0000 against 0.5000 "
        f"(difference +0.5000, 95 % interval {low:+.4f} to {high:+.4f})"
    )


def test_each_user_counts_once_however_many_examples_there_are():
    # The first user has four hits in four examples, the others none in one.
    found = result(rule=[4, 0, 0, 0], model=[0, 0, 0, 0], counts=[4, 1, 1, 1])
    assert found["rules"]["good"]["hit_rate_at_1"][0] == 0.25 and found["examples"] == 7


def test_a_perfect_model_beats_a_poor_rule_and_one_that_equals_the_rule_does_not():
    poor = np.tile([0, 0, 0, 1], 10)
    assert result(rule=poor, model=np.ones(40))["beaten"]
    equal = result(rule=poor, model=poor)
    assert not equal["beaten"] and equal["difference"] == [0, 0, 0]
    assert equal["verdict"].endswith("+0.0000 to +0.0000). More examples would not help, a better model would")


def test_a_difference_that_may_be_chance_does_not_bless_and_says_what_would():
    # Of 100 users the model has five hits more and the rule three: 0.02 more, with a deviation of some 0.028.
    rule, model = np.zeros(100), np.zeros(100)
    rule[:3], model[3:8] = 1, 1
    found = result(rule, model)
    difference, low, high = found["difference"]
    assert difference == pytest.approx(0.02) and low < 0 < high and not found["beaten"]
    wanted = int(np.ceil(100 * ((difference - low) / difference) ** 2 + 1))
    assert found["verdict"].startswith(
        "search: 100 examples of 100 users do not show that the model beats the best rule, good: HR@1 0.0500 against"
    )
    assert found["verdict"].endswith(f"If the difference stays, about {wanted:,} users to evaluate would show it")
    # Half as many do not, and twice as many do.
    times = int(np.ceil(wanted / 100))
    assert times > 3 and not result(np.tile(rule, times // 2), np.tile(model, times // 2))["beaten"]
    times *= 2
    assert result(np.tile(rule, times), np.tile(model, times))["beaten"]


@pytest.mark.parametrize(("users", "is_beaten"), [(9, False), (10, True)])
def test_a_handful_of_users_shows_nothing(users, is_beaten):
    found = result(rule=np.zeros(users), model=np.ones(users))
    assert found["beaten"] is is_beaten
    assert ("9 examples of 9 users do not show" in found["verdict"]) is not is_beaten
    assert is_beaten or "about 10 users to evaluate would show it" in found["verdict"]


@pytest.mark.parametrize(
    ("margin", "is_beaten"), [(0.0, True), (0.19, True), (0.2, False), (0.21, False), (-0.5, True)]
)
def test_the_lower_end_has_to_exceed_the_margin(margin, is_beaten):
    found = result(rule=np.zeros(20), model=np.full(20, 0.2), margin=margin)  # The same of each user: no chance in it.
    assert found["beaten"] is is_beaten
    assert (f", needed more than {margin:+.4f}" in found["verdict"]) == (margin != 0)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (np.zeros(40), "search: the rule good beats the model: HR@1 0.0000 against 0.5000 (difference -0.5000"),
        (np.tile([1, 0, 0, 0, 1], 8), "search: the rule good seems to beat the model: HR@1 0.4000 against 0.5000"),
    ],
)
def test_a_model_that_loses_is_told_so(model, sentence):
    found = result(rule=np.tile([0, 1], 20), model=model)
    assert not found["beaten"] and found["verdict"].startswith(sentence)
    assert found["verdict"].endswith("; 40 examples of 40 users)")


def test_of_equally_good_rules_the_first_is_named():
    assert result(rule=np.full(10, 0.25), model=np.ones(10), other=0.25)["best_rule"] == "bad"
