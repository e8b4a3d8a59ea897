"""What metrics would be if users saw all places alike: self-normalized inverse-propensity estimates.

With the gain g of each held-out engagement and its weight w, 1 / examination of its place, the estimate is

    sum of w * g / sum of w

(Swaminathan and Joachims 2015, "The self-normalized estimator for counterfactual learning"). The plain mean has w = 1.
The unnormalized estimate, sum of w * g / examples, is this one times the mean weight; over engagements alone it is no
share of anything, so only the mean weight is told.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from components.baselines.comparison_keys import (
    BEST_RULE,
    CLIPPED,
    DIFFERENCE,
    EFFECTIVE,
    EXAMPLES,
    LEFT_OUT,
    MEAN_WEIGHT,
    MODEL,
    RANKERS,
    USERS,
)
from components.baselines.slices.slice_names import BASELINE
from components.baselines.user_bootstrap import drawn_ratios, interval
from schemas.rank_metrics import RankMetric


class Weighted(NamedTuple):
    """Sums over examples that have a weight.

    Attributes:
        gains: float64 [rankers, metrics] weights times gains.
        plain: float64 [rankers, metrics] gains.
        weight: Weights.
        squared: Squares of weights.
        examples: How many examples have a weight.
        clipped: How many of these have one that was cut to the limit.
    """

    gains: np.ndarray
    plain: np.ndarray
    weight: float
    squared: float
    examples: int
    clipped: int

    @classmethod
    def of_example(cls, gains: np.ndarray, weight: float, is_clipped: bool) -> "Weighted | None":
        """Of one example; None if it has no weight."""
        return cls(weight * gains, gains, weight, weight**2, 1, int(is_clipped)) if weight else None

    def plus(self, other: "Weighted | None") -> "Weighted":
        """Of the examples of both."""
        if other is None:
            return self
        return Weighted(
            self.gains + other.gains,
            self.plain + other.plain,
            self.weight + other.weight,
            self.squared + other.squared,
            self.examples + other.examples,
            self.clipped + other.clipped,
        )


def place_estimates(
    of_users: Sequence[Weighted | None],
    examples: int,
    rankers: Mapping[str, int],
    metrics: Mapping[int, RankMetric],
    decides: RankMetric,
) -> dict[str, Any]:
    """The estimates of one surface.

    Args:
        of_users: What each user gained; None for one without an example that has a weight.
        examples: How many examples there are, those without a weight among them.
        rankers: The index of each by its name, of which `model` is one, and the rules are all but it and `baseline`.
        metrics: What is told, by its index.
        decides: By which of them the best rule is chosen.

    Returns:
        `examples` and `users` (how many have a weight), `left_out` (examples without one), and if there are any:
        `clipped` (the share whose weight was cut), `mean_weight`, `effective` (how many equally weighted examples would
        say as much, (sum of w)^2 / sum of w^2), `rankers` (by name and metric: the plain mean over the same examples,
        the estimate and the ends of its 95 % interval over users), `best_rule` (by the estimate) and `difference`
        (model minus that rule, with the ends).
    """
    weighed = [each for each in of_users if each is not None]
    count = sum(each.examples for each in weighed)
    found: dict[str, Any] = {EXAMPLES: count, USERS: len(weighed), LEFT_OUT: examples - count}
    if not weighed:
        return found
    chosen = np.ix_(list(rankers.values()), list(metrics))
    gains = np.stack([each.gains[chosen] for each in weighed])
    weights = np.array([each.weight for each in weighed])
    columns = gains.reshape(len(weighed), -1)
    drawn = drawn_ratios(columns, np.broadcast_to(weights[:, np.newaxis], columns.shape)).reshape(-1, *gains.shape[1:])
    means = gains.sum(axis=0) / weights.sum()
    plain = np.sum([each.plain[chosen] for each in weighed], axis=0) / count
    names = [each.name for each in metrics.values()]
    figures = {
        ranker: {
            name: [float(plain[row, column]), float(means[row, column]), *interval(drawn[:, row, column])]
            for column, name in enumerate(names)
        }
        for row, ranker in enumerate(rankers)
    }
    return found | {
        CLIPPED: sum(each.clipped for each in weighed) / count,
        MEAN_WEIGHT: float(weights.sum() / count),
        EFFECTIVE: float(weights.sum() ** 2 / sum(each.squared for each in weighed)),
        RANKERS: figures,
        **_against_the_best(means, drawn, list(rankers), names.index(decides.name)),
    }


def _against_the_best(means: np.ndarray, drawn: np.ndarray, rankers: list[str], column: int) -> dict[str, Any]:
    model = rankers.index(MODEL)
    rules = [row for row, name in enumerate(rankers) if name not in (MODEL, BASELINE)]
    best = max(rules, key=lambda row: means[row, column])  # Of equal ones the first.
    ends = interval(drawn[:, model, column] - drawn[:, best, column])
    return {
        BEST_RULE: rankers[best],
        DIFFERENCE: [float(means[model, column] - means[best, column]), *ends],
    }
