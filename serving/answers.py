"""From the outputs of a signature to what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas import signatures
from serving.request_builder import RankRequest
from serving.transport import Outputs


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
