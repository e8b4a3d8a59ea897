"""The client of an application: asks a model server, ours or TF Serving, which items suit a user."""

import enum
from collections.abc import Sequence
from typing import TypeVar

from serving.client import signature_calls
from serving.client.answers import DividedHistory, ExplainedItem, ItemVector, RankedItem
from serving.client.client_tls import ClientTls
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest, UserRequest
from serving.client.retry import RetryPolicy
from serving.client.signature_calls import Question
from serving.client.transport import Transport, VersionState

Answer = TypeVar("Answer")


class WireProtocol(str, enum.Enum):
    """How to talk to the server."""

    REST = "rest"
    GRPC = "grpc"


class RankingClient:
    """Asks the model of one server; safe to share between threads, and a context manager.

    Methods that ask raise `CallError` where the server was not reached or refused, or where its answer makes no sense.
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
        """Connects at the first call.

        Args:
            address: Host and port of that protocol, such as `127.0.0.1:8501`.
            model_name: The model's name on the server.
            protocol: REST or gRPC.
            timeout_s: Of one attempt, in seconds.
            retry: What to do while the server is not there; `RetryPolicy()` where None.
            tls: How to speak TLS; not at all where None.
        """
        self.address = address
        self._retry = retry or RetryPolicy()
        self._transport = _transport(protocol, address, model_name, timeout_s, tls)

    def rank(self, request: RankRequest) -> list[RankedItem]:
        """Orders a request's candidates, best first; equal scores keep the request's order."""
        return self.rank_many([request])[0]

    def rank_many(self, requests: Sequence[RankRequest]) -> list[list[RankedItem]]:
        """Asks for several users in one call; otherwise as `rank`."""
        return self._ask(signature_calls.rank(requests))

    def explain(self, request: RankRequest) -> list[ExplainedItem]:
        """Orders a request's candidates as `rank` does, and tells how much each token of the history weighed for each.

        Raises:
            CallError: See the class; the model may have no such signature.
        """
        return self._ask(signature_calls.explain(request))

    def recommend(self, request: RetrievalRequest) -> list[RankedItem]:
        """Finds the best items of the whole catalogue for the user's feed.

        Returns:
            Best first; fewer than `k` where the catalogue has no more.

        Raises:
            ValueError: The request has a query.
            CallError: See the class; the model may have no such signature.
        """
        return self._ask(signature_calls.recommend(request))

    def search(self, request: RetrievalRequest) -> list[RankedItem]:
        """Finds the best items of the whole catalogue for a query; otherwise as `recommend`.

        Raises:
            ValueError: The request has no query.
            CallError: See the class; the model may have no such signature.
        """
        return self._ask(signature_calls.search(request))

    def retrieve(self, request: RetrievalRequest) -> list[RankedItem]:
        """Does what the request is for: `search` where it has a query, else `recommend`."""
        return self._ask(signature_calls.retrieve(request))

    def similar_items(self, item_id: str, k: int = 10) -> list[RankedItem]:
        """Finds the other items most like one.

        Returns:
            The most similar first, with the cosines of their vectors; none where the model does not know the item.

        Raises:
            ValueError: So many items cannot be asked for.
            CallError: See the class; the model may have no such signature.
        """
        return self._ask(signature_calls.similar_items(item_id, k))

    def embed_user(self, request: UserRequest) -> tuple[float, ...]:
        """Tells what the model looks for in a user's feed: items whose vectors have large products with this one."""
        return self._ask(signature_calls.embed_user(request))

    def embed_query(self, query: str) -> tuple[float, ...]:
        """Tells what the model looks for when somebody unknown types this; otherwise as `embed_user`."""
        return self._ask(signature_calls.embed_query(query))

    def embed_items(self, item_ids: Sequence[str]) -> list[ItemVector]:
        """Tells the items' vectors, in this order.

        Raises:
            ValueError: There are no items.
            CallError: See the class; the model may have no such signature.
        """
        return self._ask(signature_calls.embed_items(item_ids))

    def sessions(self, request: SessionsRequest) -> DividedHistory:
        """Tells where the sessions of a history lie, by a model with session modelling."""
        return self._ask(signature_calls.sessions(request))

    def signature_names(self) -> frozenset[str]:
        """What the newest version of the model can be asked (`schemas.signatures`)."""
        return self._retry.call(self._transport.signature_names)

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first."""
        return self._retry.call(self._transport.version_states)

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def __enter__(self) -> "RankingClient":
        """Returns the client itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes the connections."""
        self.close()

    def _ask(self, question: Question[Answer]) -> Answer:
        return question.answer(self._retry.call(lambda: self._transport.predict(question.call)), self.address)


def _transport(
    protocol: WireProtocol, address: str, model_name: str, timeout_s: float, tls: ClientTls | None
) -> Transport:
    # Either protocol's libraries are imported only where it is used.
    if protocol is WireProtocol.REST:
        from serving.client.rest_transport import RestTransport

        return RestTransport(address, model_name, timeout_s, tls)
    from serving.client.grpc_transport import GrpcTransport

    return GrpcTransport(address, model_name, timeout_s, tls)
