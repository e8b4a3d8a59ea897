"""The fit against scikit-learn's, against sums by hand, and where there is no good line."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tfx_pipeline.training.platt_scaling import fit_level, fit_line, weighted_log_loss


def made(slope=0.6, intercept=-2.0, candidates=6_000, seed=1):
    """Logits of candidates, and which are clicked, as a true line has it."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(1.0, 3.0, candidates)
    return logits, rng.random(candidates) < 1 / (1 + np.exp(-(slope * logits + intercept)))


@pytest.mark.parametrize("weight", [1.0, 7.5])
def test_it_is_the_logistic_regression_of_scikit_learn(weight):
    logits, clicked = made()
    weights = np.where(clicked, 1.0, weight)
    found = fit_line(logits, clicked, weights)
    # Platt's targets are no labels: each candidate stands there twice, clicked and not, with parts of its weight.
    positives, negatives = weights[clicked].sum(), weights[~clicked].sum()
    target = np.where(clicked, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    twice, labels = np.tile(logits, 2)[:, np.newaxis], np.repeat([1, 0], len(logits))
    parts = np.concatenate([weights * target, weights * (1 - target)])
    other = LogisticRegression(penalty=None, tol=1e-10, max_iter=1_000).fit(twice, labels, sample_weight=parts)
    assert found.slope == pytest.approx(other.coef_[0, 0], rel=1e-5)
    assert found.intercept == pytest.approx(other.intercept_[0], rel=1e-5)


def test_the_line_that_made_the_clicks_is_found_as_nearly_as_their_number_allows():
    logits, clicked = made()
    found = fit_line(logits, clicked, np.ones(len(logits)))
    assert found.slope == pytest.approx(0.6, abs=0.05) and found.intercept == pytest.approx(-2.0, abs=0.15)
    assert found.error == pytest.approx(1 / math.sqrt(clicked.sum())) and not found.is_flat


def test_two_logits_by_hand():
    # At 0, 1 of 5 is clicked, at 1, 3 of 5; with Platt's targets 5/6 for each of 4 clicks, 1/8 for each of 6 others.
    logits, clicked = np.repeat([0.0, 1.0], 5), np.array([1, 0, 0, 0, 0, 1, 1, 1, 0, 0], bool)
    shares = [(5 / 6 + 4 / 8) / 5, (3 * 5 / 6 + 2 / 8) / 5]
    log_odds = [math.log(share / (1 - share)) for share in shares]
    found = fit_line(logits, clicked, np.ones(10))
    assert found.intercept == pytest.approx(log_odds[0]) and found.slope == pytest.approx(log_odds[1] - log_odds[0])


def test_a_level_makes_as_many_expected_as_there_are():
    logits, clicked = made()
    weights = np.where(clicked, 1.0, 3.0)
    expected = np.sum(weights / (1 + np.exp(-(logits + fit_level(logits, clicked, weights)))))
    assert expected == pytest.approx(clicked.sum(), abs=1)  # Platt's targets add up to one less, and one more.


def test_clicks_that_a_line_tells_apart_wholly_have_a_finite_slope():
    found = fit_line(np.array([-1.0, -0.5, 1.0]), np.array([False, False, True]), np.ones(3))
    assert 0 < found.slope < 10 and math.isfinite(found.intercept)
    few, more = (fit_line(np.repeat([-1.0, 1.0], n), np.repeat([False, True], n), np.ones(2 * n)) for n in (1, 50))
    # Both shares are (n + 1) / (n + 2): log-odds of ln(n + 1) and its negative.
    assert few.slope == pytest.approx(math.log(2)) and more.slope == pytest.approx(math.log(51))


@pytest.mark.parametrize(("sign", "slope"), [(-1.0, 0.01 / 3), (0.0, 1.0)])
def test_order_is_never_turned_round_and_scores_have_the_base_rate(sign, slope):
    logits, clicked = made()
    found = fit_line(sign * logits, clicked, np.ones(len(logits)))
    assert found.slope == pytest.approx(slope, rel=0.05) and found.is_flat
    scores = 1 / (1 + np.exp(-(found.slope * sign * logits + found.intercept)))
    assert scores.mean() == pytest.approx(clicked.mean(), abs=1e-3)


def test_far_logits_are_fitted_all_the_same():
    logits, clicked = made()
    near, far = (fit_line(each, clicked, np.ones(len(logits))) for each in (logits, 1e3 * logits + 1e5))
    assert 1e3 * far.slope == pytest.approx(near.slope, rel=1e-6)


def test_the_log_loss_by_hand():
    # Probabilities of what happened: 3/4 and, twice as heavy, 1/2.
    found = weighted_log_loss(np.array([math.log(3), 0.0]), np.array([True, False]), np.array([1.0, 2.0]))
    assert found == pytest.approx(-(math.log(0.75) + 2 * math.log(0.5)) / 3)
