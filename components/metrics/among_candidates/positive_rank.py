"""The rank of an example's positive in its own candidate list."""

import numpy as np


def positive_rank(labels: np.ndarray, scores: np.ndarray) -> int:
    """Finds the rank of the one positive among its candidates.

    Every other candidate ranks before the positive unless its score is lower. So ties count against the positive, and a
    NaN among the two scores does too: a model gains nothing by equal or missing scores. A positive with the score NaN
    is last.

    Args:
        labels: [candidates] 1.0 for the positive, 0.0 for the others, in any order.
        scores: [candidates or more] higher is better. Scores beyond the labels belong to the padding of a batch with
            candidate lists of unequal length; they are ignored.

    Returns:
        The rank, from 1 (best) to the number of candidates.

    Raises:
        ValueError: There is not exactly one positive, or there are fewer scores than labels. Both are faults of the
            data or of the model's signature, not a bad score, so the evaluation stops.
    """
    labels, scores = np.ravel(labels), np.ravel(scores)
    if scores.size < labels.size:
        raise ValueError(
            f"Every candidate needs a score. Received: {scores.size} scores for {labels.size} candidates; "
            "does the signature score the candidates of each example?"
        )
    positives = np.flatnonzero(labels > 0)
    if positives.size != 1:
        raise ValueError(
            f"Every example needs exactly one positive label. Received: {positives.size} positives among "
            f"{labels.size} labels."
        )
    scores = scores[: labels.size]
    below = scores < scores[positives[0]]
    return int(labels.size - np.count_nonzero(below))
