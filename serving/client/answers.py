"""From the outputs of a signature to what they say."""

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
        item_id: Which.
        score: The probability of a click, or what a retriever orders by; of similar items a cosine.
    """

    item_id: str
    score: float


@dataclass(frozen=True)
class ExplainedItem:
    """One candidate, and what in the history it was weighed by.

    Attributes:
        item_id: Which.
        score: As of `rank`.
        weights: How much each token of the request's history weighed, in its order; over the tokens of one surface they
            add up to 1, and are 0 for those that the model does not look at.
    """

    item_id: str
    score: float
    weights: tuple[float, ...]


@dataclass(frozen=True)
class ItemVector:
    """An item as the model sees it.

    Attributes:
        item_id: Which.
        vector: Its numbers.
        is_known: Whether the model knows it; else the vector stands for everything unknown.
    """

    item_id: str
    vector: tuple[float, ...]
    is_known: bool


def ranked_candidates(requests: Sequence[RankRequest], outputs: Outputs) -> list[list[RankedItem]]:
    """The candidates of each request by the scores of `rank`, best first; equal scores keep the request's order.

    Raises:
        ValueError: The answer is not one to these requests.
        TypeError: It has other values than it should, or other axes.
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
    """The candidates of the only request of `explain`, best first; equal scores keep the request's order.

    Raises:
        ValueError: The answer is not one to this request.
        TypeError: It has other values than it should, or other axes.
    """
    (scores,), (weights,) = _numbers(outputs[signatures.SCORES]), outputs[signatures.HISTORY_WEIGHTS]
    told = zip(request.candidates, scores, _numbers(weights), strict=True)
    # Without a history there is a token of padding.
    tokens = len(request.history)
    if any(len(of_item) < tokens for of_item in weights):
        raise ValueError("the answer has fewer weights than the request has history tokens")
    items = [ExplainedItem(item_id, score, tuple(of_item[:tokens])) for item_id, score, of_item in told]
    return sorted(items, key=lambda item: -item.score)


def retrieved_items(outputs: Outputs) -> list[RankedItem]:
    """The items of the only row of `recommend`, `search` or `similar_items`, best first, without padding.

    Raises:
        ValueError: The answer is not one to a single request.
        TypeError: It has other values than it should, or other axes.
    """
    rows, scores = outputs[signatures.ITEMS], _numbers(outputs[signatures.SCORES])
    if [len(row) for row in rows] != [len(row) for row in scores] or len(rows) != 1:
        raise ValueError("the answer should have one row of items and as many scores")
    return [RankedItem(item_id, score) for item_id, score in zip(rows[0], scores[0], strict=True) if item_id]


def only_vector(outputs: Outputs) -> tuple[float, ...]:
    """The vector of the only row of `embed_user` or `embed_query`.

    Raises:
        ValueError: The answer is not one to a single request.
        TypeError: It has other values than it should, or other axes.
    """
    (vector,) = _numbers(outputs[signatures.EMBEDDING])
    return tuple(vector)


def item_vectors(item_ids: Sequence[str], outputs: Outputs) -> list[ItemVector]:
    """The vectors of `embed_item`, in the order of the request.

    Raises:
        ValueError: The answer is not one to this request.
        TypeError: It has other values than it should, or other axes.
    """
    rows = zip(item_ids, _numbers(outputs[signatures.EMBEDDING]), outputs[signatures.KNOWN], strict=True)
    return [ItemVector(item_id, tuple(vector), bool(is_known)) for item_id, vector, is_known in rows]


def _numbers(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[float(score) for score in row] for row in rows]


@dataclass(frozen=True)
class Session:
    """One window over the events of a history.

    Attributes:
        start: Where it starts, counted in events from the oldest: event t lies between t and t + 1.
        end: Where it ends; equal to `start` where it is empty.
        shares: How much of each event lies in it, 0 to 1.
    """

    start: float
    end: float
    shares: tuple[float, ...]


@dataclass(frozen=True)
class DividedHistory:
    """The events of a history and the windows over them; windows may overlap and leave gaps.

    Attributes:
        tokens: Which token of the request's history each event is, from 0; oldest first.
        by_clicks: The sessions that the model sees in what was clicked.
        by_queries: Those that it sees in what was searched for; none where there is no such thing.
    """

    tokens: tuple[int, ...]
    by_clicks: tuple[Session, ...]
    by_queries: tuple[Session, ...] = ()


def divided_history(outputs: Outputs) -> DividedHistory:
    """Reads the only row of an answer.

    Raises:
        ValueError: The answer is not one to a single request.
        TypeError: It has other values than it should, or other axes.
    """
    if any(len(rows) != 1 for rows in outputs.values()):
        raise ValueError("the answer should have one row")
    row = {name: rows[0] for name, rows in outputs.items()}
    # Behind the events there is room for those of longer histories.
    tokens = tuple(int(token) for token in row[signatures.SESSION_TOKENS] if token >= 0)
    by_clicks = _sessions(row[signatures.SESSION_WINDOWS], row[signatures.SESSION_SHARES], len(tokens))
    by_queries: tuple[Session, ...] = ()
    if signatures.QUERY_WINDOWS in row:
        by_queries = _sessions(row[signatures.QUERY_WINDOWS], row[signatures.QUERY_SHARES], len(tokens))
    # The feed's histories hold no queries; such a row has all windows at 0. Windows may be empty elsewhere, too.
    is_read = any(session.end > 0 for session in by_queries)
    return DividedHistory(tokens, by_clicks, by_queries if is_read else ())


def _sessions(windows: list[Any], shares: list[Any], events: int) -> tuple[Session, ...]:
    return tuple(
        Session(float(start), float(end), tuple(float(share) for share in of_events[:events]))
        for (start, end), of_events in zip(windows, shares, strict=True)
    )
