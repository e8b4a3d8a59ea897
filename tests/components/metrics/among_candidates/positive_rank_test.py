import math

import numpy as np
import pytest

from components.metrics.among_candidates.positive_rank import positive_rank

NAN = math.nan


@pytest.mark.parametrize(
    ("labels", "scores", "rank"),
    [
        ([1, 0, 0], [0.9, 0.5, 0.1], 1),
        ([1, 0, 0], [0.5, 0.9, 0.1], 2),
        ([0, 0, 1], [0.5, 0.9, 0.1], 3),
        ([1], [0.0], 1),
    ],
)
def test_rank_is_one_more_than_the_number_of_better_candidates(labels, scores, rank):
    assert positive_rank(np.array(labels, float), np.array(scores)) == rank


def test_ties_count_against_the_positive():
    assert positive_rank(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.5, 0.4])) == 3


def test_a_model_that_says_nothing_puts_the_positive_last():
    assert positive_rank(np.array([0.0, 1.0, 0.0]), np.zeros(3)) == 3


def test_a_positive_without_a_score_is_last():
    assert positive_rank(np.array([1.0, 0.0, 0.0]), np.array([NAN, 0.5, NAN])) == 3


def test_candidates_without_a_score_stand_before_the_positive():
    assert positive_rank(np.array([1.0, 0.0, 0.0]), np.array([0.9, NAN, 0.1])) == 2


def test_infinite_scores_are_ordered_as_numbers_are():
    assert positive_rank(np.array([1.0, 0.0, 0.0]), np.array([0.0, math.inf, -math.inf])) == 2


@pytest.mark.parametrize("padding", [9.0, -9.0, -math.inf, NAN])
def test_scores_of_a_batchs_padding_are_not_looked_at(padding):
    assert positive_rank(np.array([1.0, 0.0]), np.array([0.4, 0.5, padding, padding])) == 2


def test_order_of_the_candidates_does_not_matter():
    rng = np.random.default_rng(3)
    labels, scores = np.eye(1, 7)[0], rng.integers(0, 3, 7).astype(float)
    order = rng.permutation(7)
    assert positive_rank(labels, scores) == positive_rank(labels[order], scores[order])


def test_axes_of_length_one_are_flattened():
    assert positive_rank(np.array([[0.0, 1.0]]), np.array([[0.1, 0.2]])) == 1


@pytest.mark.parametrize(("labels", "positives"), [([0.0, 0.0], 0), ([1.0, 1.0], 2), ([], 0)])
def test_refuses_examples_without_exactly_one_positive(labels, positives):
    message = f"exactly one positive label. Received: {positives} positives among {len(labels)} labels"
    with pytest.raises(ValueError, match=message):
        positive_rank(np.array(labels), np.array([0.1, 0.2]))


def test_refuses_fewer_scores_than_candidates():
    with pytest.raises(ValueError, match="Received: 1 scores for 3 candidates"):
        positive_rank(np.array([1.0, 0.0, 0.0]), np.array([0.7]))
