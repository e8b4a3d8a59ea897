"""Measures slices: the metric that decides on parts of the held-out examples, with intervals over users."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.baselines.comparison import LEAST_USERS
from components.baselines.comparison_keys import BEST_RULE, DIFFERENCE, EXAMPLES, MODEL, USERS
from components.baselines.slices.slice_names import ABOVE_BASELINE, BASELINE, BY, PART
from components.baselines.slices.slice_ways import WAYS
from components.baselines.user_bootstrap import drawn_ratios, interval

Part = tuple[int, int]
"""The index of a way in `WAYS`, and that of one of its parts."""
Gained = tuple[np.ndarray, int]
"""Of a user's examples in a part: the sums of the gains, float [rankers], and how many there are."""


def measured_slices(
    of_users: Sequence[Mapping[Part, Gained]], model: int, best_rule: int, baseline: int | None = None
) -> list[dict[str, Any]]:
    """Measures each slice.

    A user counts once in each slice, with the mean of the user's examples there, as in the comparison with rules. All
    slices and rankers are drawn together.

    Args:
        of_users: What each user gained in each part.
        model: Which ranker is the model.
        best_rule: Which is the best rule of the surface.
        baseline: Which is the Evaluator's baseline; None if it was not asked.

    Returns:
        For each slice with an example, in the order of `WAYS`: `by` and `part` (names), `examples`, `users`, and for
        one with at least ten users `model` and `best_rule` (the mean and the ends of its 95 % interval), `difference`
        (model minus best rule) and, with a baseline, `baseline` and `above_baseline` (model minus baseline).
    """
    rankers = [model, best_rule, *([] if baseline is None else [baseline])]
    parts = sorted({part for user in of_users for part in user})
    means = np.zeros((len(of_users), len(parts), len(rankers)))
    there = np.zeros((len(of_users), len(parts)))
    examples = np.zeros(len(parts), int)
    for row, user in enumerate(of_users):
        for column, part in enumerate(parts):
            if part in user:
                gains, count = user[part]
                means[row, column] = gains[rankers] / count
                there[row, column] = 1
                examples[column] += count
    if not parts:
        return []
    drawn = drawn_ratios(means.reshape(len(of_users), -1), np.repeat(there, len(rankers), axis=1))
    drawn = drawn.reshape(-1, len(parts), len(rankers))
    users = there.sum(axis=0).astype(int)
    values = means.sum(axis=0) / users[:, np.newaxis]
    found = []
    for column, (way, place) in enumerate(parts):
        each: dict[str, Any] = {
            BY: WAYS[way].name,
            PART: WAYS[way].parts[place],
            EXAMPLES: int(examples[column]),
            USERS: int(users[column]),
        }
        if users[column] >= LEAST_USERS:
            of_rankers = drawn[:, column].T
            each |= {
                MODEL: [float(values[column, 0]), *interval(of_rankers[0])],
                BEST_RULE: [float(values[column, 1]), *interval(of_rankers[1])],
                DIFFERENCE: _difference(values[column], of_rankers, 1),
            }
            if baseline is not None:
                each |= {
                    BASELINE: [float(values[column, 2]), *interval(of_rankers[2])],
                    ABOVE_BASELINE: _difference(values[column], of_rankers, 2),
                }
        found.append(each)
    return found


def _difference(values: np.ndarray, drawn: np.ndarray, other: int) -> list[float]:
    return [float(values[0] - values[other]), *interval(drawn[0] - drawn[other])]


def fallen(slices: Sequence[Mapping[str, Any]], ways: Sequence[str], margin: float) -> list[Mapping[str, Any]]:
    """The slices in which the model is worse than the baseline for sure.

    Args:
        slices: What `measured_slices` returns.
        ways: The names of the ways that count.
        margin: How much worse the model may be: the upper end of the difference's interval has to be below its
            negative.
    """
    told = [each for each in slices if each[BY] in ways and ABOVE_BASELINE in each]
    return [each for each in told if each[ABOVE_BASELINE][2] < -margin]
