"""What an example contributes to a ranking metric, by the rank of its one positive, and the mean of it.

Light: the TFMA metrics and the metrics over the whole catalogue share it.
"""

import math
from collections.abc import Callable, Mapping


def hit(rank: int, k: int) -> float:
    """HR@k: 1 where the positive is among the first k."""
    return float(rank <= k)


def discounted_gain(rank: int, k: int) -> float:
    """NDCG@k: with one positive the ideal gain is 1, so it is 1 / log2(rank + 1) among the first k, else 0."""
    return 1.0 / math.log2(rank + 1) if rank <= k else 0.0


def reciprocal(rank: int) -> float:
    """MRR: one over the rank."""
    return 1.0 / rank


def mean_gain(counts: Mapping[int, int], gain: Callable[[int], float]) -> float:
    """The mean over examples of a gain that depends on the positive's rank.

    Args:
        counts: How many examples have each rank.
        gain: From the rank (1 is best) to what the example contributes.

    Returns:
        NaN where there is no example.
    """
    examples = sum(counts.values())
    return sum(gain(rank) * count for rank, count in counts.items()) / examples if examples else float("nan")
