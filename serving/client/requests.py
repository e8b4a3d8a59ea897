"""Requests as plain Python objects, and the calls that are made of them.

Both protocols send the same tensors. Ids and texts are sent as strings: the exported graph looks them up.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.client.call import Call, NestedList


@dataclass(frozen=True)
class RankRequest:
    """A user's question: in which order do these items suit me now?

    Attributes:
        user_id: Who asks. Unknown and empty ids are answered too.
        candidates: The items to rank.
        query: The text in the search box. An empty one asks for recommendations.
        history: What the user did before, oldest first. It may be empty.
        timestamp_ms: The time of the request, in milliseconds since 1970. A negative one means that it is unknown. None
            is for models that take no time, because `transform.context` has neither hour nor weekday.
        context: The other values of `transform.context` by name, such as the device. An unknown value is empty. The
            request needs every value that the model was trained with, and no other.
    """

    user_id: str
    candidates: tuple[str, ...]
    query: str = ""
    history: tuple[Token, ...] = ()
    timestamp_ms: int | None = None
    context: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what the signature cannot express."""
        if not self.candidates:
            raise ValueError(f"A request needs candidates. Received: none, for user {self.user_id!r}")
        if "" in self.candidates:
            raise ValueError("A candidate is empty, which stands for padding.")


@dataclass(frozen=True)
class RetrievalRequest:
    """A user's question: which items of the whole catalogue suit me now?

    Attributes:
        user_id: Who asks. Unknown and empty ids are answered too.
        k: How many items, 1 to `schemas.signatures.LARGEST_K`.
        query: The text in the search box. An empty one asks for recommendations.
        history: What the user did before, oldest first. It may be empty.
        exclude_seen: Whether to leave out the items of the history.
        category: Only items of this category are found: its names from broad to narrow, where an empty name stands for
            any. An empty tuple asks for all items.
        timestamp_ms: As in `RankRequest`.
        context: As in `RankRequest`.
    """

    user_id: str
    k: int = 10
    query: str = ""
    history: tuple[Token, ...] = ()
    exclude_seen: bool = False
    category: tuple[str, ...] = ()
    timestamp_ms: int | None = None
    context: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what the signature cannot express."""
        _check(self.k)

    @property
    def signature(self) -> str:
        """The signature that answers: `search` if there is a query, else `recommend`."""
        return signatures.SEARCH if self.query else signatures.RECOMMEND


@dataclass(frozen=True)
class UserRequest:
    """Asks for the vector of a user at this moment.

    Attributes:
        user_id: The user. Unknown and empty ids are answered too.
        history: What the user did before, oldest first. It may be empty.
        timestamp_ms: As in `RankRequest`.
        context: As in `RankRequest`.
    """

    user_id: str
    history: tuple[Token, ...] = ()
    timestamp_ms: int | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionsRequest:
    """Asks how a model divides a history into sessions.

    Attributes:
        user_id: The user.
        surface: Which events to divide: the clicks of the feed, or the searches.
        history: What the user did, oldest first, on either surface.
    """

    user_id: str
    surface: Surface
    history: tuple[Token, ...]


def of_moment(
    inputs: Sequence[str], timestamp_ms: int, known: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """The time and the context of a request, as far as the model takes them.

    Args:
        inputs: What the model takes of a moment, as `schemas.context_values.request_inputs` names it.
        timestamp_ms: The time, in milliseconds since 1970.
        known: What is known of the context; other values of it are unknown.

    Returns:
        The arguments `timestamp_ms` and `context` of a request.
    """
    tells_time = signatures.RANK_TIMESTAMP_MS in inputs
    named = {name: known.get(name, "") for name in inputs if name != signatures.RANK_TIMESTAMP_MS}
    return {"timestamp_ms": timestamp_ms if tells_time else None, "context": named}


def of_this_moment(inputs: Sequence[str], known: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The same for now.

    Raises:
        ValueError: A value is known that the model does not take.
    """
    named = [name for name in inputs if name != signatures.RANK_TIMESTAMP_MS]
    for name in known:
        if name not in named:
            takes = f"it takes {', '.join(named)}" if named else "it takes none"
            raise ValueError(f"the model takes no context {name!r}; {takes} (transform.context)")
    return of_moment(inputs, round(time.time() * 1000), known)


def rank_call(requests: Sequence[RankRequest]) -> Call:
    """Asks for the scores of candidates, in one row for each request. Shorter rows are padded."""
    return Call.of(signatures.RANK, _to_rank(requests))


def explain_call(request: RankRequest) -> Call:
    """Asks for the scores of candidates, and how much each history token weighed in them."""
    return Call.of(signatures.EXPLAIN, _to_rank([request]))


def retrieval_call(*requests: RetrievalRequest) -> Call:
    """Asks for the best items of the catalogue, in one row for each request.

    Raises:
        ValueError: There is no request, or some have a query and others have none.
    """
    levels = max((len(request.category) for request in requests), default=0)
    inputs = {
        **_asked(requests),
        **_moment(requests),
        signatures.K: [request.k for request in requests],
        signatures.EXCLUDE_SEEN: [request.exclude_seen for request in requests],
        signatures.CATEGORY: [_padded(request.category, max(1, levels), "") for request in requests],
    }
    if len({request.signature for request in requests}) > 1:
        raise ValueError("Requests with a query and without one need a call each.")
    if requests[0].query:
        inputs[signatures.RANK_QUERY] = [request.query for request in requests]
    return Call.of(requests[0].signature, inputs)


def similar_items_call(item_id: str, k: int) -> Call:
    """Asks for the items most similar to an item.

    Raises:
        ValueError: `k` is out of range.
    """
    _check(k)
    inputs: dict[str, NestedList] = {signatures.ITEM_ID: [item_id], signatures.K: [k]}
    return Call.of(signatures.SIMILAR_ITEMS, inputs)


def embed_user_call(*requests: UserRequest) -> Call:
    """Asks for the vectors of users.

    Raises:
        ValueError: There is no request.
    """
    return Call.of(signatures.EMBED_USER, _asked(requests) | _moment(requests))


def embed_query_call(query: str) -> Call:
    """Asks for a query's vector."""
    return Call.of(signatures.EMBED_QUERY, {signatures.RANK_QUERY: [query]})


def embed_items_call(item_ids: Sequence[str]) -> Call:
    """Asks for items' vectors.

    Raises:
        ValueError: There are no items.
    """
    return Call.of(signatures.EMBED_ITEM, {signatures.ITEM_ID: _some(item_ids)})


def item_priors_call(item_ids: Sequence[str]) -> Call:
    """Asks for items' priors.

    Raises:
        ValueError: There are no items.
    """
    return Call.of(signatures.ITEM_PRIOR, {signatures.ITEM_ID: _some(item_ids)})


def sessions_call(request: SessionsRequest) -> Call:
    """Asks for the sessions of a history."""
    inputs = _asked([request]) | {signatures.SESSIONS_SURFACE: [request.surface.value]}
    return Call.of(signatures.SESSIONS, inputs)


def _to_rank(requests: Sequence[RankRequest]) -> dict[str, NestedList]:
    width = max((len(request.candidates) for request in requests), default=0)
    return {
        **_asked(requests),
        **_moment(requests),
        signatures.RANK_QUERY: [request.query for request in requests],
        signatures.RANK_CANDIDATES: [_padded(request.candidates, width, "") for request in requests],
    }


def _asked(
    requests: Sequence[RankRequest] | Sequence[RetrievalRequest] | Sequence[UserRequest] | Sequence[SessionsRequest],
) -> dict[str, NestedList]:
    """The inputs for user and history. Shorter histories and shorter lists of items are padded with empty strings."""
    if not requests:
        raise ValueError("A call needs at least one request. Received: none")
    places = max(1, *(len(request.history) for request in requests))
    items = max([1, *(len(token.items) for request in requests for token in request.history)])
    no_items = [""] * items
    return {
        signatures.RANK_USER_ID: [request.user_id for request in requests],
        signatures.RANK_HISTORY_SURFACES: [
            _padded([token.surface.value for token in request.history], places, "") for request in requests
        ],
        signatures.RANK_HISTORY_QUERIES: [
            _padded([token.query for token in request.history], places, "") for request in requests
        ],
        signatures.RANK_HISTORY_ITEMS: [
            _padded([_padded(token.items, items, "") for token in request.history], places, no_items)
            for request in requests
        ],
    }


def _moment(
    requests: Sequence[RankRequest] | Sequence[RetrievalRequest] | Sequence[UserRequest],
) -> dict[str, NestedList]:
    """The inputs for time and context. A value that only some requests have is unknown in the others."""
    inputs: dict[str, NestedList] = {}
    if any(request.timestamp_ms is not None for request in requests):
        inputs[signatures.RANK_TIMESTAMP_MS] = [
            -1 if request.timestamp_ms is None else request.timestamp_ms for request in requests
        ]
    names = dict.fromkeys(name for request in requests for name in request.context)
    return inputs | {name: [request.context.get(name, "") for request in requests] for name in names}


def _some(item_ids: Sequence[str]) -> list[str]:
    if not item_ids:
        raise ValueError("A call needs at least one item. Received: none")
    return list(item_ids)


def _check(k: int) -> None:
    if not 1 <= k <= signatures.LARGEST_K:
        raise ValueError(f"`k` should be from 1 to {signatures.LARGEST_K}. Received: k={k}")


def _padded(values: Sequence[Any], length: int, padding: Any) -> list[Any]:
    return [*values, *[padding] * (length - len(values))]
