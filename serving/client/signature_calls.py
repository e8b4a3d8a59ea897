"""What a client can ask a model: each question as the call that goes out and the sense of what comes back.

Whoever carries calls to a server, waiting or not, asks the same questions.
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
    rank_call,
    retrieval_call,
    sessions_call,
    similar_items_call,
)
from serving.client.transport import Outputs

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """One question.

    Attributes:
        call: What goes to the server.
        read: Makes plain objects of the outputs; raises ValueError or TypeError where they make no sense.
    """

    call: Call
    read: Callable[[Outputs], Answer]

    def answer(self, outputs: Outputs, address: str) -> Answer:
        """Makes plain objects of what the server at an address answered.

        Raises:
            CallError: It makes no sense.
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
    """In which order do these items suit this user, and what in the history weighed how much?"""
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
    """Which items suit the query if there is one, else the feed?"""
    return Question(retrieval_call(request), retrieved_items)


def similar_items(item_id: str, k: int) -> Question[list[RankedItem]]:
    """Which other items are most like this one?

    Raises:
        ValueError: So many items cannot be asked for.
    """
    return Question(similar_items_call(item_id, k), retrieved_items)


def embed_user(request: UserRequest) -> Question[tuple[float, ...]]:
    """What does the model look for in this user's feed?"""
    return Question(embed_user_call(request), only_vector)


def embed_query(query: str) -> Question[tuple[float, ...]]:
    """What does the model look for when somebody unknown types this?"""
    return Question(embed_query_call(query), only_vector)


def embed_items(item_ids: Sequence[str]) -> Question[list[ItemVector]]:
    """How does the model see these items?

    Raises:
        ValueError: There are no items.
    """
    return Question(embed_items_call(item_ids), lambda outputs: item_vectors(item_ids, outputs))


def sessions(request: SessionsRequest) -> Question[DividedHistory]:
    """Where do the sessions of this history lie?"""
    return Question(sessions_call(request), divided_history)
