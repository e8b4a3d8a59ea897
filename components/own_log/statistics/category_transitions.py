"""Measures how often an engagement has the category of the one before it, by transition, and how often by chance."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from components.own_log.statistics.event_columns import EventColumns

TRANSITIONS: Final = ("s2s", "s2r", "r2s", "r2r")
"""r is an engagement in the feed, s one in search, as in UniSAR (arXiv 2404.09520)."""
_NONE: Final = -1


@dataclass(frozen=True)
class CategoryTransition:
    """One transition at one level of the category paths.

    Attributes:
        level: How many names of the path are compared, from the broadest.
        transition: From what to what, such as `s2r`.
        pairs: Neighbouring engagements of one user, both with a category at this level.
        same: The share of the pairs that have the same category; 0 without pairs.
        chance: What that share would be if both were drawn apart, from what comes first and second in such pairs.
    """

    level: int
    transition: str
    pairs: int
    same: float
    chance: float

    @property
    def lift(self) -> float:
        """How many times as often as by chance the category is the same; 0 if chance has it never."""
        return self.same / self.chance if self.chance else 0.0


def category_transitions(log: EventColumns) -> list[CategoryTransition]:
    """Measures all transitions at all levels (the analysis in UniSAR's introduction).

    Engagements with items without a category at a level are left out there: the pair is then that of their neighbours.
    """
    found = []
    depth = max((len(path) for path in log.categories.values()), default=0)
    for level in range(1, depth + 1):
        category = _categories(log, level)[log.item[log.engaged]]
        known = category != _NONE
        user, search = (each[log.engaged][known] for each in (log.user, log.search))
        category = category[known]
        same_user = user[1:] == user[:-1]
        for transition in TRANSITIONS:
            begins, ends = (letter == "s" for letter in (transition[0], transition[-1]))
            pair = same_user & (search[:-1] == begins) & (search[1:] == ends)
            first, second = category[:-1][pair], category[1:][pair]
            found.append(
                CategoryTransition(level, transition, len(first), _share(first, second), _chance(first, second))
            )
    return found


def _categories(log: EventColumns, level: int) -> np.ndarray:
    """A number for the category of each item: equal for equal beginnings of the path; -1 for a shorter path."""
    numbers: dict[tuple[str, ...], int] = {}
    result = np.full(len(log.items), _NONE, np.int64)
    for item, path in log.categories.items():
        if len(path) >= level:
            result[log.items[item]] = numbers.setdefault(path[:level], len(numbers))
    return result


def _share(first: np.ndarray, second: np.ndarray) -> float:
    return float((first == second).mean()) if len(first) else 0.0


def _chance(first: np.ndarray, second: np.ndarray) -> float:
    if not len(first):
        return 0.0
    size = int(max(first.max(), second.max())) + 1
    return float(np.bincount(first, minlength=size) @ np.bincount(second, minlength=size) / len(first) ** 2)
