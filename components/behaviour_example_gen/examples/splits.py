"""Assigns each target of a user to a split."""

import bisect
from collections import Counter
from collections.abc import Sequence

from components.sources.data_config import LEAVE_ONE_OUT, TRAIN_ONLY, DataConfig
from schemas.canonical_event import Event, Surface
from schemas.features import BEHAVIOUR_SPLITS, TEST_SPLIT, TRAIN_SPLIT, VALIDATION_SPLIT

_FROM_THE_LAST = (TEST_SPLIT, VALIDATION_SPLIT, TRAIN_SPLIT)


def leave_one_out(targets: Sequence[Event]) -> list[str]:
    """Splits each surface by itself: the last target is test, the second last validation, the rest train.

    Args:
        targets: The targets of one user, in time order.

    Returns:
        The split of each target.
    """
    after: Counter[Surface] = Counter()
    splits = []
    for target in reversed(targets):
        splits.append(_FROM_THE_LAST[min(after[target.surface], 2)])
        after[target.surface] += 1
    return splits[::-1]


def by_time(targets: Sequence[Event], validation_from_ms: int, test_from_ms: int) -> list[str]:
    """Splits at two moments. A target at such a moment belongs to the later split.

    Args:
        targets: The targets.
        validation_from_ms: The first moment of validation, in milliseconds since 1970.
        test_from_ms: The first moment of test.

    Returns:
        The split of each target.
    """
    starts = (validation_from_ms, test_from_ms)
    return [BEHAVIOUR_SPLITS[bisect.bisect_right(starts, target.timestamp_ms)] for target in targets]


def assign_splits(targets: Sequence[Event], config: DataConfig) -> list[str]:
    """Assigns the targets of one user, in time order, to splits as configured."""
    if config.split == TRAIN_ONLY:
        return [TRAIN_SPLIT] * len(targets)
    if config.split == LEAVE_ONE_OUT:
        return leave_one_out(targets)
    return by_time(targets, config.validation_from_ms, config.test_from_ms)
