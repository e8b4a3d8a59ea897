"""Turns the outputs of a signature into plain objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas import signatures
from serving.client.requests import RankRequest
from serving.client.transport import Outputs


@dataclass(frozen=True)
class RankedItem:
    """One item of an answer. Higher scores are better.

    Attributes:
        item_id: The item's id.
        score: What the items are ordered by: from 0 to 1, and where scores are calibrated (`calibration.method`) the
            probability of a click; or the cosine for similar items. In a list, it may have the item's popularity in it,
            which `rank` leaves out (`RankingClient.item_priors`). Where nothing was known of a request, so that all its
            items come from popularity, about an item's share of all clicks.
        source: How a model that retrieves found the item, one of `schemas.retrieval_sources`; empty if it was not
            found but given, or if the model does not tell.
    """

    item_id: str
    score: float
    source: str = ""


@dataclass(frozen=True)
class ExplainedItem:
    """One candidate, and how much each history token weighed in its score.

    Attributes:
        item_id: The candidate's id.
        score: The same score that `rank` answers.
        weights: One weight for each token of the request's history, in the same order. The weights of one surface's
            tokens add up to 1. Tokens that the model does not look at weigh 0.
    """

    item_id: str
    score: float
    weights: tuple[float, ...]


@dataclass(frozen=True)
class ItemVector:
    """An item and its vector.

    Attributes:
        item_id: The item's id.
        vector: The item's vector.
        is_known: Whether the model knows the item. If not, the vector is the one that all unknown items share.
    """

    item_id: str
    vector: tuple[float, ...]
    is_known: bool


def ranked_candidates(requests: Sequence[RankRequest], outputs: Outputs) -> list[list[RankedItem]]:
    """Orders each request's candidates by the scores of `rank`, best first. Equal scores keep the request's order.

    Raises:
        ValueError: The answer does not fit these requests.
        TypeError: The outputs have the wrong types or axes.
    """
    rows = _numbers(outputs[signatures.SCORES])
    if len(rows) != len(requests) or any(
        len(row) < len(request.candidates) for row, request in zip(rows, requests, strict=True)
    ):
        raise ValueError("the answer has fewer scores than the request has candidates")
    ranked = []
    for request, row in zip(requests, rows, strict=True):
        # Scores beyond the request's own candidates belong to padding.
        items = [RankedItem(item_id, score) for item_id, score in zip(request.candidates, row, strict=False)]
        ranked.append(sorted(items, key=lambda item: -item.score))
    return ranked


def explained_candidates(request: RankRequest, outputs: Outputs) -> list[ExplainedItem]:
    """Orders the candidates of a single `explain` request, best first. Equal scores keep the request's order.

    Raises:
        ValueError: The answer does not fit this request.
        TypeError: The outputs have the wrong types or axes.
    """
    (scores,), (weights,) = _numbers(outputs[signatures.SCORES]), outputs[signatures.HISTORY_WEIGHTS]
    told = zip(request.candidates, scores, _numbers(weights), strict=True)
    # An empty history is sent as one padding token, whose weight is left out.
    tokens = len(request.history)
    if any(len(of_item) < tokens for of_item in weights):
        raise ValueError("the answer has fewer weights than the request has history tokens")
    items = [ExplainedItem(item_id, score, tuple(of_item[:tokens])) for item_id, score, of_item in told]
    return sorted(items, key=lambda item: -item.score)


def retrieved_items(outputs: Outputs) -> list[RankedItem]:
    """Reads the items that `recommend`, `search` or `similar_items` found, best first, without padding.

    Raises:
        ValueError: The answer does not fit a single request.
        TypeError: The outputs have the wrong types or axes.
    """
    rows, scores = outputs[signatures.ITEMS], _numbers(outputs[signatures.SCORES])
    # Models that were exported by older versions tell no sources.
    sources = outputs.get(signatures.SOURCES) or [[""] * len(row) for row in rows]
    if [len(row) for row in rows] != [len(row) for row in scores] or len(rows) != 1:
        raise ValueError("the answer should have one row of items and as many scores")
    if [len(row) for row in rows] != [len(row) for row in sources]:
        raise ValueError("the answer should have as many sources as items")
    found = zip(rows[0], scores[0], sources[0], strict=True)
    return [RankedItem(item_id, score, source) for item_id, score, source in found if item_id]


def only_vector(outputs: Outputs) -> tuple[float, ...]:
    """Reads the vector of a single `embed_user` or `embed_query` request.

    Raises:
        ValueError: The answer does not fit a single request.
        TypeError: The outputs have the wrong types or axes.
    """
    (vector,) = _numbers(outputs[signatures.EMBEDDING])
    return tuple(vector)


def item_vectors(item_ids: Sequence[str], outputs: Outputs) -> list[ItemVector]:
    """Reads the vectors of `embed_item`, in the request's order.

    Raises:
        ValueError: The answer does not fit this request.
        TypeError: The outputs have the wrong types or axes.
    """
    rows = zip(item_ids, _numbers(outputs[signatures.EMBEDDING]), outputs[signatures.KNOWN], strict=True)
    return [ItemVector(item_id, tuple(vector), bool(is_known)) for item_id, vector, is_known in rows]


def item_priors(item_ids: Sequence[str], outputs: Outputs) -> list[float]:
    """Reads the priors of `item_prior`, in the request's order.

    Raises:
        ValueError: The answer does not fit this request.
        TypeError: The outputs have the wrong types or axes.
    """
    return [float(prior) for _, prior in zip(item_ids, outputs[signatures.PRIOR], strict=True)]


def _numbers(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[float(score) for score in row] for row in rows]


@dataclass(frozen=True)
class Session:
    """One window over the events of a history.

    Attributes:
        start: Where the window starts, counted in events from the oldest. Event t lies between t and t + 1.
        end: Where the window ends. An empty window ends where it starts.
        shares: How much of each event lies in the window, from 0 to 1.
    """

    start: float
    end: float
    shares: tuple[float, ...]


@dataclass(frozen=True)
class DividedHistory:
    """The events of a history and the windows over them. Windows may overlap and leave gaps.

    Attributes:
        tokens: For each event, oldest first, the place of its token in the request's history, from 0.
        by_clicks: The sessions that the model finds by what was clicked.
        by_queries: The sessions that it finds by what was searched for. Empty for the feed, and if the model reads no
            queries.
    """

    tokens: tuple[int, ...]
    by_clicks: tuple[Session, ...]
    by_queries: tuple[Session, ...] = ()


def divided_history(outputs: Outputs) -> DividedHistory:
    """Reads the sessions of a single history.

    Raises:
        ValueError: The answer does not fit a single request.
        TypeError: The outputs have the wrong types or axes.
    """
    if any(len(rows) != 1 for rows in outputs.values()):
        raise ValueError("the answer should have one row")
    row = {name: rows[0] for name, rows in outputs.items()}
    # Rows are as long as the longest history may be: -1 stands for no event.
    tokens = tuple(int(token) for token in row[signatures.SESSION_TOKENS] if token >= 0)
    by_clicks = _sessions(row[signatures.SESSION_WINDOWS], row[signatures.SESSION_SHARES], len(tokens))
    by_queries: tuple[Session, ...] = ()
    if signatures.QUERY_WINDOWS in row:
        by_queries = _sessions(row[signatures.QUERY_WINDOWS], row[signatures.QUERY_SHARES], len(tokens))
    # Where the feed has no queries, all its windows end at 0. Single windows of a search history may end there too.
    is_read = any(session.end > 0 for session in by_queries)
    return DividedHistory(tokens, by_clicks, by_queries if is_read else ())


def _sessions(windows: list[Any], shares: list[Any], events: int) -> tuple[Session, ...]:
    return tuple(
        Session(float(start), float(end), tuple(float(share) for share in of_events[:events]))
        for (start, end), of_events in zip(windows, shares, strict=True)
    )
