"""Compares the model with the rules on one surface: figures, intervals, the best rule, and a verdict in words."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from components.baselines.comparison_keys import (
    BEATEN,
    BEST_RULE,
    DIFFERENCE,
    EXAMPLES,
    MODEL,
    RULES,
    USERS,
    VERDICT,
)
from components.baselines.user_bootstrap import drawn_means, interval
from schemas.rank_metrics import RankMetric

LEAST_USERS: Final = 10
"""With fewer users an interval says nothing, so that no model is better than a rule."""

_ROUNDING: Final = 1e-9
"""Sums of equal gains may differ by less; a model that equals a rule does not beat it."""


def compared(
    surface: str,
    gains: np.ndarray,
    counts: np.ndarray,
    rules: Sequence[str],
    metrics: Sequence[RankMetric],
    metric: RankMetric,
    margin: float,
) -> dict[str, Any]:
    """Compares.

    Args:
        surface: The surface's name, for the verdict.
        gains: float [users, rankers, metrics] sums of gains over each user's examples. The model is the last ranker.
        counts: int [users] the number of each user's examples.
        rules: The names of all other rankers.
        metrics: What the last axis of `gains` holds.
        metric: The one of them that decides.
        margin: What the model has to be better by.

    Returns:
        `examples` and `users` (how many), `model` (metric name to value and the two ends of its interval), `rules` (the
        same by rule), `best_rule`, `difference` (model minus best rule in the metric that decides: value and ends),
        `beaten` (whether its lower end exceeds the margin) and `verdict`, a sentence. The same input gives the same
        output.
    """
    users = len(counts)
    values = (gains / counts[:, np.newaxis, np.newaxis]).reshape(users, -1)
    shape = (len(rules) + 1, len(metrics))
    means, drawn = values.mean(axis=0).reshape(shape), drawn_means(values).reshape(-1, *shape)
    figures = [
        {
            each.name: [float(means[ranker, column]), *interval(drawn[:, ranker, column])]
            for column, each in enumerate(metrics)
        }
        for ranker in range(shape[0])
    ]
    decides = [each.name for each in metrics].index(metric.name)
    best = int(np.argmax(means[:-1, decides]))  # Of equal ones the first.
    differences = drawn[:, -1, decides] - drawn[:, best, decides]
    difference = [float(means[-1, decides] - means[best, decides]), *interval(differences)]
    is_beaten = users >= LEAST_USERS and difference[1] > margin + _ROUNDING
    found = {
        EXAMPLES: int(counts.sum()),
        USERS: users,
        MODEL: figures[-1],
        RULES: dict(zip(rules, figures[:-1], strict=True)),
        BEST_RULE: rules[best],
        DIFFERENCE: difference,
        BEATEN: bool(is_beaten),
    }
    return found | {VERDICT: _verdict(surface, found, metric, margin)}


def _verdict(surface: str, found: dict[str, Any], metric: RankMetric, margin: float) -> str:
    """Says in one sentence which is better, or that it cannot be told and what would help."""
    best, (difference, low, high) = found[BEST_RULE], found[DIFFERENCE]
    own, other = found[MODEL][metric.name][0], found[RULES][best][metric.name][0]
    figures = f"{metric.label} {own:.4f} against {other:.4f}"
    spread = f"difference {difference:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}"
    needed = f", needed more than {margin:+.4f}" if margin else ""
    of_users = f"{found[EXAMPLES]:,} examples of {found[USERS]:,} users"
    if found[BEATEN]:
        return f"{surface}: the model beats the best rule, {best}: {figures} ({spread}{needed})"
    if difference <= margin and (high < margin or difference < 0):
        is_sure = "beats" if high < margin else "seems to beat"
        return f"{surface}: the rule {best} {is_sure} the model: {figures} ({spread}{needed}; {of_users})"
    return (
        f"{surface}: {of_users} do not show that the model beats the best rule, {best}: {figures} ({spread}{needed}). "
        f"{_remedy(found, margin)}"
    )


def _remedy(found: dict[str, Any], margin: float) -> str:
    difference, low, _ = found[DIFFERENCE]
    if difference <= margin:
        return "More examples would not help, a better model would"
    # An interval shrinks with the root of the number of users.
    wanted = math.ceil(found[USERS] * ((difference - low) / (difference - margin)) ** 2 + 1)
    return f"If the difference stays, about {max(wanted, LEAST_USERS):,} users to evaluate would show it"
