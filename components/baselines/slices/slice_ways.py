"""The ways to cut held-out examples into slices. This is the one place that defines them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

import numpy as np

from components.baselines.example_columns import ExampleColumns
from components.baselines.item_features import NOTHING
from components.baselines.training_log import TrainingLog
from schemas.canonical_event import Surface
from schemas.word_splitting import words

NO_SLICE: Final = -1
"""An example that a way does not cut, such as one without a query by its number of words."""
_LENGTHS: Final = (0, 5, 20)
_ENGAGEMENTS: Final = (9, 29, 99)
_WORDS: Final = (1, 2, 4)
_HOURS: Final = (5, 11, 17)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class TrainingFacts:
    """What training knows, as far as slices ask for it.

    Attributes:
        engagements: int64 [items + 1] of how many training examples each item is the positive; the last row is that of
            items that are not in the catalogue.
        is_known: bool [items + 1] whether an item is a positive of training or in one of its histories.
        queries: The queries of training, as `same_query` writes them.
        users: Of each user of training, the number of examples.
    """

    engagements: np.ndarray
    is_known: np.ndarray
    queries: frozenset[str] = frozenset()
    users: Mapping[bytes, int] = field(default_factory=Counter)

    @classmethod
    def of_log(cls, log: TrainingLog, items: int) -> "TrainingFacts":
        """Takes them from the training split of a catalogue of so many items."""
        engagements = log.counts(items)
        is_known = engagements > 0
        is_known[log.baskets[:, 1]] = True
        queries = frozenset(same_query(each) for each in set(log.queries) if each)
        return cls(engagements, is_known, queries, log.users)


class SliceWay(NamedTuple):
    """A way to cut.

    Attributes:
        name: Its name in files and in `evaluation.deciding_slices`.
        parts: The names of the slices, in the order of tables.
        cut: Takes examples, what training knows and the time zone; returns int [rows] indices of `parts`, or
            `NO_SLICE`.
    """

    name: str
    parts: tuple[str, ...]
    cut: Callable[[ExampleColumns, TrainingFacts, tzinfo], np.ndarray]


def same_query(query: str) -> str:
    """A query as it is compared with others: without case and further spaces."""
    return " ".join(query.casefold().split())


def _ranges(ends: Sequence[int]) -> tuple[str, ...]:
    """The names of ranges that end with these numbers; the last range is open."""
    starts = (0, *(end + 1 for end in ends))
    closed = (f"{end}" if start == end else f"{start} to {end}" for start, end in zip(starts, ends, strict=False))
    return (*closed, f"{starts[-1]} or more")


def _range_of(numbers: np.ndarray, ends: Sequence[int]) -> np.ndarray:
    return np.searchsorted(ends, numbers, side="left")


def _events(examples: ExampleColumns) -> np.ndarray:
    return np.count_nonzero(examples.kinds, axis=1)


def _history_length(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    return _range_of(_events(examples), _LENGTHS)


def _share_of_searches(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    events = _events(examples)
    searches = np.count_nonzero(examples.kinds == Surface.SEARCH.token_kind, axis=1)
    cases = [events == 0, searches == 0, searches == events, 2 * searches <= events]
    return np.select(cases, [0, 1, 4, 2], 3)


def _last_transition(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    last = examples.kinds[:, 0] if examples.kinds.shape[1] else np.zeros(len(examples.users), int)
    is_search = np.array([surface == Surface.SEARCH.value for surface in examples.surfaces], bool)
    comes_from_search = last == Surface.SEARCH.token_kind
    return np.where(last == 0, 0, 1 + 2 * comes_from_search + is_search)


def _user_activity(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    return _range_of(np.array([facts.users.get(user, 0) for user in examples.users], int), _LENGTHS)


def _wanted(examples: ExampleColumns, facts: TrainingFacts) -> np.ndarray:
    """The index of each positive; that of the last row if it is not in the catalogue, or there is none."""
    unknown = len(facts.engagements) - 1
    return np.where((examples.positives >= 0) & (examples.positives < unknown), examples.positives, unknown)


def _item_popularity(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    wanted = _wanted(examples, facts)
    return np.where(facts.is_known[wanted], 1 + _range_of(facts.engagements[wanted], _ENGAGEMENTS), 0)


def _repeat(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    positives = examples.positives[:, np.newaxis]
    return ((examples.history == positives) & (positives != NOTHING)).any(axis=1).astype(int)


def _query(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    return np.array(
        [int(same_query(each) in facts.queries) if each else NO_SLICE for each in examples.own_queries], int
    )


def _query_length(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    counts = np.array([len(words(each, True)) for each in examples.own_queries], int)
    return np.where(counts > 0, _range_of(counts, _WORDS), NO_SLICE)


def _hour(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    hours = [(_EPOCH + timedelta(milliseconds=int(each))).astimezone(zone).hour for each in examples.times]
    return _range_of(np.array(hours, int), _HOURS)


WAYS: Final = (
    SliceWay("history_length", _ranges(_LENGTHS), _history_length),
    SliceWay("share_of_searches", ("no history", "none", "up to half", "more than half", "all"), _share_of_searches),
    SliceWay(
        "last_transition",
        (
            "no history",
            "recommendation to recommendation",
            "recommendation to search",
            "search to recommendation",
            "search to search",
        ),
        _last_transition,
    ),
    SliceWay("user_activity", ("0 (new)", *_ranges(_LENGTHS)[1:]), _user_activity),
    SliceWay("item_popularity", ("not in training", *_ranges(_ENGAGEMENTS)), _item_popularity),
    SliceWay("repeat", ("no", "yes"), _repeat),
    SliceWay("query", ("no", "yes"), _query),
    SliceWay("query_length", ("1", "2", "3 to 4", "5 or more"), _query_length),
    SliceWay("hour", ("0 to 5", "6 to 11", "12 to 17", "18 to 23"), _hour),
)
"""All ways, those of `slice_names.TITLES`, in the order of tables."""


def parts_of(examples: ExampleColumns, facts: TrainingFacts, zone: tzinfo) -> np.ndarray:
    """The slice of each example by each way.

    Args:
        examples: A batch.
        facts: What training knows.
        zone: The time zone of hours.

    Returns:
        int [rows, ways] indices of `SliceWay.parts`, or `NO_SLICE`.
    """
    return np.stack([way.cut(examples, facts, zone) for way in WAYS], axis=1)
