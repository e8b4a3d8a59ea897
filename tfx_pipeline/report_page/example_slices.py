"""Where a model is good and where not: the metric on parts of the held-out examples, with intervals over users."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from components.baselines.user_bootstrap import drawn_means, interval
from schemas.canonical_event import Surface
from schemas.rank_metrics import RankMetric
from tfx_pipeline.report_page.plots import Interval

if TYPE_CHECKING:
    from tfx_pipeline.past_runs.ranked_examples import RankedExample

LEAST_USERS: Final = 10
"""A slice with fewer users says nothing, and is left out."""
_LENGTHS: Final = (0, 5, 20)
_ENGAGEMENTS: Final = (9, 29, 99)


def slices(
    examples: Sequence["RankedExample"], metric: RankMetric, engagements: Mapping[str, int]
) -> dict[str, list[Interval]]:
    """Measures the slices of each surface.

    Args:
        examples: Ranked examples.
        metric: What is measured.
        engagements: How many engagements each item has in the log.

    Returns:
        By the title of a picture its slices, in their order. An interval is that of the mean over users.
    """
    ways: dict[str, Callable[[RankedExample], str]] = {
        "events in the history": lambda each: _bucket(len(each.history), _LENGTHS),
        "engagements with the wanted item in the log": lambda each: _bucket(
            engagements.get(each.wanted, 0), _ENGAGEMENTS
        ),
        "is the wanted item in the history": lambda each: "yes" if _is_repeat(each) else "no",
    }
    found = {}
    for surface in (Surface.SEARCH, Surface.RECOMMENDATION):
        of_surface = [each for each in examples if each.surface is surface]
        for title, way in ways.items():
            parts: dict[str, list[RankedExample]] = defaultdict(list)
            for each in of_surface:
                parts[way(each)].append(each)
            measured = [_measured(name, parts[name], metric) for name in sorted(parts, key=_low_end)]
            kept = [each for each in measured if each]
            if len(kept) > 1:
                found[f"{surface.value}, {metric.label} by {title}"] = kept
    return found


def _measured(name: str, examples: Sequence["RankedExample"], metric: RankMetric) -> Interval | None:
    """The mean over users of the mean over each user's examples; None if there are too few users."""
    counts = Counter(each.user for each in examples)
    if len(counts) < LEAST_USERS:
        return None
    sums: dict[str, float] = defaultdict(float)
    for each in examples:
        sums[each.user] += float(metric.gain(each.rank, np))
    means = np.array([sums[user] / counts[user] for user in sorted(counts)])
    low, high = interval(drawn_means(means[:, np.newaxis])[:, 0])
    return Interval(name, float(means.mean()), low, high, f"{means.mean():.3f}, {len(examples):,} examples")


def _bucket(number: int, ends: Sequence[int]) -> str:
    """The range of a number: one that ends with the first end that is not below it, or the last one, which is open."""
    start = 0
    for end in ends:
        if number <= end:
            return str(end) if start == end else f"{start} to {end}"
        start = end + 1
    return f"{start} or more"


def _low_end(name: str) -> tuple[int, str]:
    first = name.split()[0]
    return (int(first) if first.isdecimal() else 0, name)


def _is_repeat(example: "RankedExample") -> bool:
    return any(example.wanted in token.items for token in example.history)
