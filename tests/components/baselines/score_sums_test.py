"""Scores that are worked out by hand, and equality with scikit-learn where it has the same figure."""

import math

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from components.baselines.score_sums import ScoreSums


def sums(rows, positives, padding=0):
    """Rows of scores of equal length; the positive of each by its place, -1 for none."""
    scores = np.array(rows, np.float32)
    is_positive = np.arange(scores.shape[1]) == np.array(positives)[:, np.newaxis]
    is_item = np.broadcast_to(np.arange(scores.shape[1]) < scores.shape[1] - padding, scores.shape)
    return ScoreSums.of_batch(scores, is_positive, is_item)


def drawn(rows=300, candidates=8, seed=3):
    """Scores that are true: of each row's candidates one is the positive, about as likely as its score says."""
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet(np.full(candidates, 0.7), rows).astype(np.float32)
    return scores, np.array([rng.choice(candidates, p=row / row.sum()) for row in scores.astype(float)])


def test_the_auc_of_an_example_is_the_share_of_its_negatives_below_the_positive():
    # Of three negatives one is below and one equal; of three all; the third example has no positive.
    found = sums([[0.5, 0.5, 0.1, 0.9], [0.2, 0.1, 0.0, 0.8], [0.1, 0.2, 0.3, 0.4]], [0, 3, -1]).figures()
    assert found["auc"] == pytest.approx((1.5 / 3 + 1) / 2)
    # Padding is no candidate.
    assert sums([[0.5, 0.1, 0.9]], [0], padding=1).figures()["auc"] == 1


def test_auc_and_log_loss_are_those_of_scikit_learn():
    scores, positives = drawn()
    scores[5, :3] = 0.0, 1.0, scores[5, 4]  # Far scores and equal ones.
    labels = np.eye(8)[positives]
    found = sums(scores, positives).figures()
    aucs = [sklearn_metrics.roc_auc_score(label, row) for label, row in zip(labels, scores, strict=True)]
    assert found["auc"] == pytest.approx(np.mean(aucs))
    assert found["log_loss"] == pytest.approx(sklearn_metrics.log_loss(labels.ravel(), scores.ravel()), rel=1e-5)


def test_true_scores_are_calibrated_and_scores_twice_as_high_are_not():
    scores, positives = drawn(4_000)
    found = sums(scores, positives).figures()
    assert found["observed_to_predicted"] == pytest.approx(1, abs=1e-3)
    assert found["calibration_error"] < 0.01 and abs(found["shift"]) < 0.01
    halves = sums(scores / 2, positives).figures()
    # As many as before, and half as many are predicted: 4,000 and 2,000 of 32,000 candidates.
    assert halves["observed_to_predicted"] == pytest.approx(2, abs=1e-3)
    assert halves["calibration_error"] == pytest.approx(1 / 8 - 1 / 16, abs=0.002)


def test_a_wrong_share_of_positives_is_shifted_out():
    """Training saw one positive in 5, evaluation one in 8: all odds are too high by one factor."""
    scores, positives = drawn(4_000)
    log_odds = np.log(scores.astype(float)) - np.log1p(-scores.astype(float)) + 1.5
    found, true = sums(1 / (1 + np.exp(-log_odds)), positives).figures(), sums(scores, positives).figures()
    assert found["shift"] == pytest.approx(-1.5, abs=0.02)
    assert found["calibration_error"] > 0.05 and found["shifted_calibration_error"] < 0.01
    assert found["shifted_log_loss"] == pytest.approx(true["log_loss"], rel=0.01) and found["log_loss"] > 0.3
    for candidates, mean, share in found["bins"]:
        # Ten bins with some 400 predicted positives each; their number has a deviation of 20.
        assert candidates * mean == pytest.approx(400, abs=60) and abs(share - mean) * candidates < 80
    assert len(found["bins"]) == 10 and sum(each[0] for each in found["bins"]) == 32_000


def test_a_bin_by_hand():
    # Two scores only, so two bins: of four candidates at 0.5 one is a positive, of four at 0.1 one.
    found = sums([[0.5, 0.1, 0.1, 0.5], [0.5, 0.1, 0.5, 0.1]], [0, 1]).figures()
    assert found["calibration_error"] == pytest.approx((4 * (0.5 - 0.25) + 4 * (0.25 - 0.1)) / 8, abs=1e-6)
    assert found["observed_to_predicted"] == pytest.approx(2 / 2.4, abs=1e-6)
    assert found["log_loss"] == pytest.approx(-(4 * math.log(0.5) + math.log(0.1) + 3 * math.log(0.9)) / 8, rel=1e-5)


@pytest.mark.parametrize("odd", [1.5, -0.1, float("nan")])
def test_scores_that_are_no_probabilities_have_an_auc_alone(odd):
    assert set(sums([[odd, 0.5, 0.1]], [1]).figures()) == {"auc"}
    both = sums([[0.2, 0.5, 0.1]], [1]) + sums([[odd, 0.5, 0.1]], [1])
    assert set(both.figures()) == {"auc"}


def test_batches_add_up_and_no_example_is_no_figure():
    scores, positives = drawn(60)
    parts = [sums(scores[first : first + 17], positives[first : first + 17]) for first in range(0, 60, 17)]
    whole, added = sums(scores, positives).figures(), sum(parts, ScoreSums()).figures()
    assert added.pop("bins") == whole.pop("bins") and added == pytest.approx(whole)
    assert ScoreSums().figures() == {} == sums([[0.5, 0.2]], [-1]).figures()


def test_negatives_count_as_often_as_there_are_candidates_beside_a_click():
    """Two rows of a click and two negatives, and one of three; a click is one in 5, so 4 negatives stand beside it."""
    scores = np.array([[0.5, 0.25, 0.25, 0.0], [0.5, 0.25, 0.75, 0.5]], np.float32)
    is_item = np.array([[1, 1, 1, 0], [1, 1, 1, 1]], bool)
    is_positive = np.array([[1, 0, 0, 0], [0, 1, 0, 0]], bool)
    found = ScoreSums.of_batch(scores, is_positive, is_item, 5.0).figures()
    predicted = (0.5 + 4 / 2 * (0.25 + 0.25)) + (0.25 + 4 / 3 * (0.5 + 0.75 + 0.5))
    losses = [math.log(0.5), 4 / 2 * 2 * math.log(0.75), math.log(0.25), 4 / 3 * (2 * math.log(0.5) + math.log(0.25))]
    assert found["observed_to_predicted"] == pytest.approx(2 / predicted, rel=1e-6)
    assert found["log_loss"] == pytest.approx(-sum(losses) / 10, rel=1e-6)
    assert sum(count for count, *_ in found["bins"]) == pytest.approx(10, abs=1)  # Each is rounded.
    assert found["auc"] == (1 + 0) / 2
    # A click with nothing beside it cannot stand for one in five.
    alone = ScoreSums.of_batch(scores[:, :1], is_positive[:1, :1].repeat(2, 0), is_item[:, :1], 5.0)
    assert alone.bins.sum() == alone.log_loss == 0
    assert ScoreSums.of_batch(scores, is_positive, is_item).figures()["log_loss"] != found["log_loss"]
