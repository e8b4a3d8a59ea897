"""The best items for a user, in the one way that the served model has.

A model that retrieves finds them itself. Any other is sent the catalogue to rank, or its most popular part.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from schemas import signatures
from serving.answers import RankedItem
from serving.candidates import Candidates, choose_candidates
from serving.client import RankingClient
from serving.event_log import EventLog
from serving.request_builder import RankRequest, RetrievalRequest


@dataclass(frozen=True)
class BestItems:
    """An answer, and how it came about.

    Attributes:
        items: Best first.
        signature: What the model was asked: `recommend`, `search` or `rank`.
        candidates: What was ranked; None where the model found the items itself.
        seconds: How long the model server took for it, there and back.
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
        client: Of the model's server.
        log: The catalogue, and what the user has.
        request: What is asked; `exclude_seen` is taken for granted.
        wanted: Items that may be found although the log says that the user has them: those that came after the moment
            of the request. What the request's own history tells is left out all the same.

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
    """Ranks these items and no others, whatever else the model can do; otherwise as `best_items`."""
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
    # The model leaves out what the request tells it; histories are cut, so the user may have more than that.
    untold = set(owned) - {item_id for token in request.history for item_id in token.items}
    most = min(request.k + len(untold), signatures.LARGEST_K)
    wider = replace(request, k=most, exclude_seen=True)
    return [item for item in client.retrieve(wider) if item.item_id not in untold][: request.k]
