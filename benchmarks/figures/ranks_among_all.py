"""Where the wanted items stand among all items, and what that is as recall and NDCG."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from schemas.features import PADDING


def ranks_among_all(
    requests: np.ndarray, items: np.ndarray, wanted: np.ndarray, histories: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Ranks all items by their products with each request.

    Args:
        requests: Float [requests, dim].
        items: Float [items, dim]. The first, padding, is no item.
        wanted: Int [requests]: the item that each request should find.
        histories: For each request, int [events]: the items that its user has. The wanted one is never left out.

    Returns:
        Two int [requests]: how many items stand before the wanted one, and how many of those that the user does not
        have. An item with an equal score stands before it.
    """
    scores = requests @ items.T
    scores[:, PADDING] = -np.inf
    rows = np.arange(len(wanted))
    least = scores[rows, wanted][:, None]
    scores[rows, wanted] = -np.inf
    before = scores >= least
    own = np.array([before[row, np.unique(history)].sum() for row, history in enumerate(histories)], "int64")
    ranks = before.sum(axis=1)
    return ranks, ranks - own


def recall_and_ndcg(ranks: np.ndarray, cut_off: int = 10) -> Mapping[str, Any]:
    """The share of ranks above the cut-off, and the mean of 1 / log2(rank + 2) with 0 from the cut-off on."""
    found = ranks < cut_off
    return {f"recall@{cut_off}": float(found.mean()), f"ndcg@{cut_off}": float((found / np.log2(ranks + 2.0)).mean())}
