"""The best achievable ranking of a run's own examples: among their very candidates, and among all items.

`best_achievable` draws candidates of its own. A run may draw them otherwise, such as by popularity, and then its
metrics cannot be compared with those of the truth file. Here the same rankers order what the run's model ordered.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from components.synthetic_log.behaviour import draw_behaviour
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.moments import Moment, engaged_rows, last_engagements
from components.synthetic_log.truth.rankers import PROCESS, TIMELESS, scores
from schemas.rank_metrics import RankMetric

AMONG_CANDIDATES: Final = "candidates"
AMONG_ALL: Final = "catalogue"
_KNOWN: Final = (PROCESS, TIMELESS)


@dataclass(frozen=True)
class AskedExample:
    """A test example of the layout `events`: the last engagement of a user on a surface.

    Attributes:
        user: The user's number, from 0; ids of the log count from 1.
        surface: The surface's name.
        positive: The item that the user engaged with; items count from 0, too.
        negatives: The other candidates. [negatives]
        history: The items of the example's history, which are left out among all items unless the positive is one of
            them. [any]
    """

    user: int
    surface: str
    positive: int
    negatives: np.ndarray
    history: np.ndarray


def best_on_examples(
    config: GeneratorConfig, examples: Iterable[AskedExample], metrics: Sequence[RankMetric]
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Ranks examples with who knows the process and, where items come and go, with who does not know that.

    Args:
        config: The platform.
        examples: The examples.
        metrics: What is measured. Of ties, each place counts the same.

    Returns:
        Scope (`candidates`, `catalogue`) to surface to ranker to metric name to mean.

    Raises:
        ValueError: An example is not of this platform.
    """
    catalogue = Catalogue(config)
    gains: dict[tuple[str, str, str], list[list[float]]] = defaultdict(list)
    for example in examples:
        moment = _moment(config, catalogue, example)
        everything = np.arange(catalogue.items)
        if not np.isin(example.positive, example.history):
            everything = np.setdiff1d(everything, example.history, assume_unique=False)
        others = {AMONG_CANDIDATES: example.negatives, AMONG_ALL: everything[everything != example.positive]}
        for scope, items in others.items():
            found = scores(config, catalogue, moment, np.append(items, example.positive))
            for ranker in _KNOWN:
                if ranker in found:
                    gains[scope, example.surface, ranker].append([_gain(each, found[ranker]) for each in metrics])
    result: dict[str, dict[str, dict[str, dict[str, float]]]] = {AMONG_CANDIDATES: {}, AMONG_ALL: {}}
    for (scope, surface, ranker), rows in gains.items():
        means = np.mean(rows, axis=0).tolist()
        of_surface = result[scope].setdefault(surface, {})
        of_surface[ranker] = {metric.name: mean for metric, mean in zip(metrics, means, strict=True)}
    return result


def _moment(config: GeneratorConfig, catalogue: Catalogue, example: AskedExample) -> Moment:
    if 0 <= example.user < config.users:
        behaviour = draw_behaviour(config, catalogue, range(example.user, example.user + 1))
        for last in last_engagements(catalogue, behaviour, engaged_rows(behaviour, 0)):
            if (last.surface.value, last.item) == (example.surface, example.positive):
                return last.moment
    raise ValueError(
        f"Examples should be the last engagements of the log that these settings make. Received: user {example.user}, "
        f"{example.surface}, item {example.positive}, which is not one."
    )


def _gain(metric: RankMetric, values: np.ndarray) -> float:
    """The mean gain over the places that the last of the items may have."""
    better, equal = int((values[:-1] > values[-1]).sum()), int((values[:-1] == values[-1]).sum())
    return float(np.mean(metric.gain(np.arange(1 + better, 2 + better + equal), np)))
