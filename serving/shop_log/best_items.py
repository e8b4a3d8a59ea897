"""Finds the best items for a user, whether the served model retrieves or only ranks.

A model that retrieves finds the items itself. Any other model ranks the catalogue, or its most popular items.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from schemas import signatures
from serving.client.answers import RankedItem
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest, RetrievalRequest
from serving.shop_log.event_log import EventLog

MOST_CANDIDATES = 5_000
"""The most candidates in one request. Of a larger catalogue, only the most popular items are ranked."""


@dataclass(frozen=True)
class Candidates:
    """The candidates of one request.

    Attributes:
        item_ids: The candidates, in the catalogue's order.
        catalogue: How many items there were to choose from.
    """

    item_ids: tuple[str, ...]
    catalogue: int

    @property
    def is_cut(self) -> bool:
        """Whether items were left out because there were too many."""
        return len(self.item_ids) < self.catalogue


def choose_candidates(
    log: EventLog,
    owned: Collection[str],
    wanted: Collection[str] = (),
    category: Sequence[str] = (),
    most: int = MOST_CANDIDATES,
) -> Candidates:
    """Chooses the items to rank.

    Args:
        log: The catalogue, and how popular its items are.
        owned: Items to leave out.
        wanted: Items to keep, even if they are owned or not popular.
        category: Only items of this category: its names from broad to narrow, where an empty name stands for any.
        most: The most items to choose, not counting `wanted`.
    """
    left_out = set(owned) - set(wanted)
    catalogue = [
        item_id for item_id, item in log.items.items() if item_id not in left_out and _is_of(item.categories, category)
    ]
    if len(catalogue) <= most:
        return Candidates(tuple(catalogue), len(catalogue))
    by_popularity = sorted(catalogue, key=lambda item_id: -log.item_counts[item_id])
    kept = {*by_popularity[:most], *wanted}
    return Candidates(tuple(item_id for item_id in catalogue if item_id in kept), len(catalogue))


def _is_of(own: Sequence[str], category: Sequence[str]) -> bool:
    levels = zip_longest(own[: len(category)], category, fillvalue="")
    return all(asked in ("", name) for name, asked in levels)


@dataclass(frozen=True)
class BestItems:
    """The best items, and how they were found.

    Attributes:
        items: The items, best first.
        signature: The signature that answered: `recommend`, `search` or `rank`.
        candidates: The items that were ranked; None if the model found the items itself.
        seconds: How long the call to the model server took, with the way there and back.
    """

    items: list[RankedItem]
    signature: str
    candidates: Candidates | None = None
    seconds: float = field(default=0.0, compare=False)


def best_items(
    client: RankingClient, log: EventLog, request: RetrievalRequest, wanted: Collection[str] = ()
) -> BestItems:
    """Finds items that the user does not have yet.

    Args:
        client: A client of the model's server.
        log: The catalogue, and what the user has.
        request: The request. Items of its history are left out, whatever `exclude_seen` says.
        wanted: Items that may be found although the log says that the user has them, because the user took them after
            the moment of the request. Those in the request's history are left out all the same.

    Returns:
        At most `request.k` items.

    Raises:
        CallError: The server was not reached, or refused.
        ValueError: The catalogue is empty, or the user has all of it, or the category has nothing.
    """
    owned = {event.item_id for event in log.events_of(request.user_id) if event.label and event.item_id}
    owned.difference_update(wanted)
    owned.update(item_id for token in request.history for item_id in token.items)
    if request.signature in client.signature_names():
        begin = time.perf_counter()
        items = _retrieved(client, request, owned)
        return BestItems(items, request.signature, seconds=time.perf_counter() - begin)
    return ranked_candidates(client, request, choose_candidates(log, owned, category=request.category))


def ranked_candidates(client: RankingClient, request: RetrievalRequest, candidates: Candidates) -> BestItems:
    """Ranks the given candidates, even if the model can retrieve. Otherwise the same as `best_items`."""
    if not candidates.item_ids:
        raise ValueError("there is no item to rank")
    begin = time.perf_counter()
    ranked = client.rank(
        RankRequest(
            request.user_id,
            candidates.item_ids,
            request.query,
            request.history,
            request.timestamp_ms,
            request.context,
        )
    )
    return BestItems(ranked[: request.k], signatures.RANK, candidates, time.perf_counter() - begin)


def _retrieved(client: RankingClient, request: RetrievalRequest, owned: Collection[str]) -> list[RankedItem]:
    # The model leaves out the items of the request's history. That is cut to a length, so the user may have more items.
    untold = set(owned) - {item_id for token in request.history for item_id in token.items}
    most = min(request.k + len(untold), signatures.LARGEST_K)
    wider = replace(request, k=most, exclude_seen=True)
    return [item for item in client.retrieve(wider) if item.item_id not in untold][: request.k]
