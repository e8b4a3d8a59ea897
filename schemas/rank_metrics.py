"""The ranking metrics: their names, their cut-offs and the gain of a rank.

All code that measures loops over `rank_metrics()`: the Evaluator (TFMA), the validation in training (Keras), the
metrics over the whole catalogue, and the truth of synthetic logs. A new metric is one class here and its place in
`_KINDS`.

Every example has one positive. So recall@k is HR@k, precision@k is HR@k / k, average precision@k is the reciprocal rank
within k (MAP@k is MRR@k), and NDCG@1 is HR@1. Each number is listed once.
"""

import abc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

CUTOFFS: Final = (1, 5, 10, 20)
"""The cut-offs k of metrics among an example's candidates."""
CATALOGUE_CUTOFFS: Final = (*CUTOFFS, 50, 100)
"""The cut-offs k of metrics among all items. A retriever returns hundreds of items, so 50 and 100 are added."""
NOT_FOUND: Final = 0
"""The rank, in counts of ranks, of a positive that the model does not know. Its gain is 0 in every metric."""


@dataclass(frozen=True)
class RankMetric(abc.ABC):
    """The mean over examples of the gain of the positive's rank. Every example has one positive.

    Attributes:
        k: The cut-off: only the first k ranks count. 0 counts all ranks.
        stem: The start of its name, such as `ndcg` of `ndcg_at_5`.
        title: The start of its label, such as `NDCG` of `NDCG@5`.
    """

    k: int = 0
    stem: ClassVar[str]
    title: ClassVar[str]

    def __post_init__(self) -> None:
        """Refuses a cut-off below 1, or one for a metric that has none."""
        if self.k < (1 if self.has_cutoff() else 0):
            raise ValueError(f"`k` should be at least 1. Received: k={self.k}")
        if self.k and not self.has_cutoff():
            raise ValueError(f"{self.title} has no cut-off. Received: k={self.k}")

    @classmethod
    def has_cutoff(cls) -> bool:
        """Whether the metric has a cut-off, so that there is one metric for each cut-off."""
        return True

    @classmethod
    def is_listed(cls, k: int) -> bool:
        """Whether `rank_metrics` lists it at a cut-off; by default at all."""
        return True

    @property
    def name(self) -> str:
        """Its name in logs, reports and configurations."""
        return f"{self.stem}_at_{self.k}" if self.k else self.stem

    @property
    def label(self) -> str:
        """Its name in tables, such as `NDCG@5`."""
        return f"{self.title}@{self.k}" if self.k else self.title

    @abc.abstractmethod
    def gain(self, rank: Any, xp: Any) -> Any:
        """The gain of a rank, from 0 to 1.

        Args:
            rank: The rank, from 1 (the best): a number, or an array or tensor of any shape.
            xp: The module that computes with it: `numpy` or `keras.ops`.

        Returns:
            An array or tensor of the same shape.
        """

    def mean(self, counts: Mapping[int, int]) -> float:
        """The mean gain of a set of examples.

        Args:
            counts: The number of examples at each rank; `NOT_FOUND` is the rank of an unknown positive.

        Returns:
            The mean; NaN if there is no example.
        """
        import numpy as np  # Imported here, so that commands that only need names start faster.

        examples = sum(counts.values())
        gains = (float(self.gain(rank, np)) * count for rank, count in counts.items() if rank != NOT_FOUND)
        return sum(gains) / examples if examples else float("nan")


class HitRate(RankMetric):
    """HR@k, the share of examples whose positive is among the first k. It is recall@k, and k times precision@k."""

    stem, title = "hit_rate", "HR"

    def gain(self, rank: Any, xp: Any) -> Any:
        """1 within the first k, else 0."""
        return xp.where(rank <= self.k, 1.0, 0.0)


class NDCG(RankMetric):
    """Normalized discounted cumulative gain at k; with one positive the ideal gain is 1."""

    stem, title = "ndcg", "NDCG"

    @classmethod
    def is_listed(cls, k: int) -> bool:
        """Not at 1, where it is HR@1."""
        return k > 1

    def gain(self, rank: Any, xp: Any) -> Any:
        """1 / log2(rank + 1) within the first k, else 0."""
        return xp.where(rank <= self.k, 1.0 / xp.log2(rank + 1.0), 0.0)


class MeanReciprocalRankWithin(RankMetric):
    """MRR@k: the mean of 1 / rank within the first k. It is MAP@k."""

    stem, title = "mrr", "MRR"

    @classmethod
    def is_listed(cls, k: int) -> bool:
        """At 10 alone, as it is mostly published. At 1 it is HR@1."""
        return k == _MRR_CUTOFF

    def gain(self, rank: Any, xp: Any) -> Any:
        """1 / rank within the first k, else 0."""
        return xp.where(rank <= self.k, xp.divide(1.0, rank), 0.0)


class MeanReciprocalRank(RankMetric):
    """MRR: the mean of 1 / rank, over the whole list."""

    stem, title = "mrr", "MRR"

    @classmethod
    def has_cutoff(cls) -> bool:
        """False: a low rank has a small gain anyway."""
        return False

    def gain(self, rank: Any, xp: Any) -> Any:
        """1 / rank."""
        return xp.divide(1.0, rank)


_MRR_CUTOFF: Final = 10
_KINDS: Final[tuple[type[RankMetric], ...]] = (HitRate, NDCG, MeanReciprocalRankWithin, MeanReciprocalRank)


def rank_metrics(cutoffs: Sequence[int] = CUTOFFS) -> tuple[RankMetric, ...]:
    """All metrics at these cut-offs, in the order of tables. None is another one's number."""
    metrics: list[RankMetric] = []
    for kind in _KINDS:
        metrics += [kind(k) for k in cutoffs if kind.is_listed(k)] if kind.has_cutoff() else [kind()]
    return tuple(metrics)


def in_order(names: Iterable[str]) -> list[str]:
    """Names of metrics in the order of tables, each once."""
    metrics = {name: metric_named(name) for name in names}
    return sorted(metrics, key=lambda name: (_KINDS.index(type(metrics[name])), metrics[name].k))


def tells(metric: RankMetric, items: int) -> bool:
    """Whether a metric says something of lists of so many items: its cut-off is at most half of their length.

    Beyond that, chance alone has the positive within the cut-off more often than not: HR@100 of 100 candidates is 1,
    whatever ranks them.
    """
    return 2 * metric.k <= items


def metric_named(name: str) -> RankMetric:
    """The metric with a name such as `ndcg_at_5`, at any cut-off.

    Raises:
        ValueError: No metric has that name.
    """
    stem, _, k = name.partition("_at_")
    for kind in _KINDS:
        if stem == kind.stem and k.isdecimal() == kind.has_cutoff():
            metric = kind(int(k)) if kind.has_cutoff() else kind()
            if metric.name == name:
                return metric
    known = ", ".join(metric.name for metric in rank_metrics())
    raise ValueError(f"there is no ranking metric {name!r}; there are {known}, and these at other cut-offs")
