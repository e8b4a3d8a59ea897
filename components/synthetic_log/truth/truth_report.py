"""The content of the truth file: settings, counts, and the best achievable metrics."""

import dataclasses
import itertools
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.shown_lists import examination
from components.synthetic_log.truth.best_achievable import RankCounts
from components.synthetic_log.truth.rankers import rankers
from schemas.rank_metrics import rank_metrics

_LATER: Final = ("world", "item_life_days", "repeats", "place_names", "list_length", "place_bias")
"""Settings that came later. Where they are off, sets are those that were made before, and so are their truth files."""
VERSION: Final = 1
"""The version of the process. It goes up when the same settings make different files."""


def identity(config: GeneratorConfig, layout: str, negatives: int) -> dict[str, Any]:
    """The values that determine a set: equal ones make equal files."""
    settings = {name: value for name, value in dataclasses.asdict(config).items() if value or name not in _LATER}
    return {
        "version": VERSION,
        "layout": layout,
        "negatives": negatives,
        "settings": settings,
    }


def truth_report(
    config: GeneratorConfig, layout: str, negatives: int, counts: Mapping[str, int], ranks: RankCounts
) -> dict[str, Any]:
    """The content of the truth file. Where lists have places, also how likely each is seen, as `examination`.

    Args:
        config: The platform.
        layout: The layout's name.
        negatives: How many negatives an item was ranked against.
        counts: Name to number, such as `users` or `events`.
        ranks: How often the last engagements of sampled users had each rank.
    """
    achievable: dict[str, Any] = {}
    for surface, ranker in itertools.product(sorted({surface for surface, _ in ranks}), rankers(config)):
        of_rank = ranks[surface, ranker]
        achievable.setdefault(surface, {})[ranker] = {"users": int(of_rank.sum()), **metrics(of_rank)}
    return {
        **identity(config, layout, negatives),
        "counts": dict(sorted(counts.items())),
        "achievable": achievable,
        **({"examination": examination(config).tolist()} if config.list_length else {}),
    }


def metrics(of_rank: np.ndarray) -> dict[str, dict[str, float]]:
    """The mean and standard error of each ranking metric, with one relevant item per list.

    Args:
        of_rank: How often the item had each rank; index 0 is rank 1. [ranks]
    """
    rank = np.arange(1, len(of_rank) + 1)
    return {metric.name: _estimate(of_rank, metric.gain(rank, np)) for metric in rank_metrics()}


def _estimate(of_rank: np.ndarray, values: np.ndarray) -> dict[str, float]:
    total = int(of_rank.sum())
    mean = float(of_rank @ values) / total
    variance = float(of_rank @ (values - mean) ** 2) / max(total - 1, 1)
    return {"mean": mean, "standard_error": math.sqrt(variance / total)}
