"""The questions that a client can ask a model: the call that each makes, and the function that reads its answer.

`RankingClient` and `AsyncRankingClient` ask the same questions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from serving.client.answers import (
    DividedHistory,
    ExplainedItem,
    ItemVector,
    RankedItem,
    divided_history,
    explained_candidates,
    item_priors,
    item_vectors,
    only_vector,
    ranked_candidates,
    retrieved_items,
)
from serving.client.call import INTERNAL, Call, CallError
from serving.client.requests import (
    RankRequest,
    RetrievalRequest,
    SessionsRequest,
    UserRequest,
    embed_items_call,
    embed_query_call,
    embed_user_call,
    explain_call,
    item_priors_call,
    rank_call,
    retrieval_call,
    sessions_call,
    similar_items_call,
)
from serving.client.transport import Outputs

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """A call, and how to read its answer.

    Attributes:
        call: The call to the server.
        read: Turns the outputs into plain objects. Raises ValueError or TypeError if they make no sense.
    """

    call: Call
    read: Callable[[Outputs], Answer]

    def answer(self, outputs: Outputs, address: str) -> Answer:
        """Turns the outputs of the server at an address into plain objects.

        Raises:
            CallError: The outputs make no sense.
        """
        try:
            return self.read(outputs)
        except (TypeError, ValueError) as error:
            message = f"not an answer of the {self.call.signature} signature: {error}"
            raise CallError(INTERNAL, message, address) from error


def rank(requests: Sequence[RankRequest]) -> Question[list[list[RankedItem]]]:
    """In which order do these items suit each of these users?"""
    return Question(rank_call(requests), lambda outputs: ranked_candidates(requests, outputs))


def explain(request: RankRequest) -> Question[list[ExplainedItem]]:
    """In which order do these items suit this user, and how much did each history token weigh?"""
    return Question(explain_call(request), lambda outputs: explained_candidates(request, outputs))


def recommend(request: RetrievalRequest) -> Question[list[RankedItem]]:
    """Which items suit the user's feed?

    Raises:
        ValueError: The request has a query.
    """
    if request.query:
        raise ValueError(f"`recommend` takes no query, `search` does. Received: {request.query!r}")
    return retrieve(request)


def search(request: RetrievalRequest) -> Question[list[RankedItem]]:
    """Which items suit the query?

    Raises:
        ValueError: The request has no query.
    """
    if not request.query:
        raise ValueError("`search` needs a query, `recommend` does without. Received: an empty one")
    return retrieve(request)


def retrieve(request: RetrievalRequest) -> Question[list[RankedItem]]:
    """Which items suit the query, or the feed if there is no query?"""
    return Question(retrieval_call(request), retrieved_items)


def similar_items(item_id: str, k: int) -> Question[list[RankedItem]]:
    """Which items are most similar to this one?

    Raises:
        ValueError: `k` is out of range.
    """
    return Question(similar_items_call(item_id, k), retrieved_items)


def embed_user(request: UserRequest) -> Question[tuple[float, ...]]:
    """What is the vector of this user?"""
    return Question(embed_user_call(request), only_vector)


def embed_query(query: str) -> Question[tuple[float, ...]]:
    """What is the vector of this query?"""
    return Question(embed_query_call(query), only_vector)


def embed_items(item_ids: Sequence[str]) -> Question[list[ItemVector]]:
    """What are the vectors of these items?

    Raises:
        ValueError: There are no items.
    """
    return Question(embed_items_call(item_ids), lambda outputs: item_vectors(item_ids, outputs))


def priors(item_ids: Sequence[str]) -> Question[list[float]]:
    """How much likelier than an average one are these items before anything is known of a request?

    Raises:
        ValueError: There are no items.
    """
    return Question(item_priors_call(item_ids), lambda outputs: item_priors(item_ids, outputs))


def sessions(request: SessionsRequest) -> Question[DividedHistory]:
    """How does the model divide this history into sessions?"""
    return Question(sessions_call(request), divided_history)
