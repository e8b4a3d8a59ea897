"""The asyncio client of a model server: the methods of `RankingClient`, awaited."""

from collections.abc import Sequence
from typing import TypeVar

from serving.client import signature_calls
from serving.client.answers import DividedHistory, ExplainedItem, ItemVector, RankedItem
from serving.client.client_tls import ClientTls
from serving.client.ranking_client import WireProtocol
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest, UserRequest
from serving.client.retry import RetryPolicy
from serving.client.signature_calls import Question
from serving.client.transport import AsyncTransport, VersionState

Answer = TypeVar("Answer")


class AsyncRankingClient:
    """The asyncio form of `RankingClient`: the same questions, answers and errors. An async context manager.

    Any number of calls may be under way at a time. All of them belong to one event loop.
    """

    def __init__(
        self,
        address: str,
        model_name: str,
        protocol: WireProtocol = WireProtocol.REST,
        timeout_s: float = 5.0,
        retry: RetryPolicy | None = None,
        tls: ClientTls | None = None,
    ):
        """Connects at the first call. The arguments are those of `RankingClient`."""
        self.address = address
        self._retry = retry or RetryPolicy()
        self._transport = _transport(protocol, address, model_name, timeout_s, tls)

    async def rank(self, request: RankRequest) -> list[RankedItem]:
        """Ranks a request's candidates, best first. Candidates with equal scores keep the request's order."""
        (ranked,) = await self.rank_many([request])
        return ranked

    async def rank_many(self, requests: Sequence[RankRequest]) -> list[list[RankedItem]]:
        """Ranks the candidates of several requests in one call."""
        return await self._ask(signature_calls.rank(requests))

    async def explain(self, request: RankRequest) -> list[ExplainedItem]:
        """Ranks a request's candidates, and tells how much each history token weighed in each score.

        Raises:
            CallError: See `RankingClient`. The model may not have this signature.
        """
        return await self._ask(signature_calls.explain(request))

    async def recommend(self, request: RetrievalRequest) -> list[RankedItem]:
        """Finds the best items of the whole catalogue for the user's feed, best first.

        Raises:
            ValueError: The request has a query.
            CallError: See `RankingClient`. The model may not have this signature.
        """
        return await self._ask(signature_calls.recommend(request))

    async def search(self, request: RetrievalRequest) -> list[RankedItem]:
        """Finds the best items of the whole catalogue for a query, best first.

        Raises:
            ValueError: The request has no query.
            CallError: See `RankingClient`. The model may not have this signature.
        """
        return await self._ask(signature_calls.search(request))

    async def retrieve(self, request: RetrievalRequest) -> list[RankedItem]:
        """Calls `search` if the request has a query, else `recommend`."""
        return await self._ask(signature_calls.retrieve(request))

    async def similar_items(self, item_id: str, k: int = 10) -> list[RankedItem]:
        """Finds the items most similar to an item. The list is empty if the model does not know the item.

        Raises:
            ValueError: `k` is out of range.
            CallError: See `RankingClient`. The model may not have this signature.
        """
        return await self._ask(signature_calls.similar_items(item_id, k))

    async def embed_user(self, request: UserRequest) -> tuple[float, ...]:
        """Returns a user's vector. Items that suit the user's feed have vectors with a large dot product with it."""
        return await self._ask(signature_calls.embed_user(request))

    async def embed_query(self, query: str) -> tuple[float, ...]:
        """Returns the vector of a query, as if an unknown user had typed it. Otherwise the same as `embed_user`."""
        return await self._ask(signature_calls.embed_query(query))

    async def embed_items(self, item_ids: Sequence[str]) -> list[ItemVector]:
        """Returns items' vectors, in the given order.

        Raises:
            ValueError: There are no items.
            CallError: See `RankingClient`. The model may not have this signature.
        """
        return await self._ask(signature_calls.embed_items(item_ids))

    async def item_priors(self, item_ids: Sequence[str]) -> list[float]:
        """Returns what lists add to the log-odds of items' scores in `rank`, in the given order; see `RankingClient`.

        Raises:
            ValueError: There are no items.
            CallError: See `RankingClient`. The model may not have this signature.
        """
        return await self._ask(signature_calls.priors(item_ids))

    async def sessions(self, request: SessionsRequest) -> DividedHistory:
        """Divides a history into sessions. Only a model with session modelling can."""
        return await self._ask(signature_calls.sessions(request))

    async def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version (names of `schemas.signatures`)."""
        return await self._retry.call_async(self._transport.signature_names)

    async def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first."""
        return await self._retry.call_async(self._transport.version_states)

    async def close(self) -> None:
        """Closes the connections."""
        await self._transport.close()

    async def __aenter__(self) -> "AsyncRankingClient":
        """Returns the client itself."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Closes the connections."""
        await self.close()

    async def _ask(self, question: Question[Answer]) -> Answer:
        outputs = await self._retry.call_async(lambda: self._transport.predict(question.call))
        return question.answer(outputs, self.address)


def _transport(
    protocol: WireProtocol, address: str, model_name: str, timeout_s: float, tls: ClientTls | None
) -> AsyncTransport:
    # A protocol's libraries are imported only if it is used.
    if protocol is WireProtocol.REST:
        from serving.client.rest_transport import AsyncRestTransport

        return AsyncRestTransport(address, model_name, timeout_s, tls)
    from serving.client.grpc_transport import AsyncGrpcTransport

    return AsyncGrpcTransport(address, model_name, timeout_s, tls)
