import math

import numpy as np
import pytest

from components.metrics.among_candidates.positive_rank import positive_rank

NAN = math.nan


@pytest.mark.parametrize(
    ("labels", "scores", "rank"),
    [
        # One more than the number of better candidates.
        ([1, 0, 0], [0.9, 0.5, 0.1], 1),
        ([1, 0, 0], [0.5, 0.9, 0.1], 2),
        ([0, 0, 1], [0.5, 0.9, 0.1], 3),
        ([1], [0.0], 1),
        # Ties count against the positive, so a model that says nothing puts it last.
        ([1, 0, 0, 0], [0.5, 0.5, 0.5, 0.4], 3),
        ([0, 1, 0], [0.0, 0.0, 0.0], 3),
        # A positive without a score is last; candidates without one stand before it.
        ([1, 0, 0], [NAN, 0.5, NAN], 3),
        ([1, 0, 0], [0.9, NAN, 0.1], 2),
        # Infinite scores are ordered as numbers are.
        ([1, 0, 0], [0.0, math.inf, -math.inf], 2),
        # Axes of length one are flattened.
        ([[0, 1]], [[0.1, 0.2]], 1),
        # Scores of a batch's padding are not looked at.
        *[([1, 0], [0.4, 0.5, padding, padding], 2) for padding in (9.0, -9.0, -math.inf, NAN)],
    ],
)
def test_the_rank_of_the_positive(labels, scores, rank):
    assert positive_rank(np.array(labels, float), np.array(scores)) == rank


def test_order_of_the_candidates_does_not_matter():
    rng = np.random.default_rng(3)
    labels, scores = np.eye(1, 7)[0], rng.integers(0, 3, 7).astype(float)
    order = rng.permutation(7)
    assert positive_rank(labels, scores) == positive_rank(labels[order], scores[order])


def test_refuses_examples_without_exactly_one_positive_and_fewer_scores_than_candidates():
    for labels, positives in ([0.0, 0.0], 0), ([1.0, 1.0], 2), ([], 0):
        message = f"exactly one positive label. Received: {positives} positives among {len(labels)} labels"
        with pytest.raises(ValueError, match=message):
            positive_rank(np.array(labels), np.array([0.1, 0.2]))
    with pytest.raises(ValueError, match="Received: 1 scores for 3 candidates"):
        positive_rank(np.array([1.0, 0.0, 0.0]), np.array([0.7]))
