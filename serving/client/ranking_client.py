"""The client of a model server, ours or TF Serving: asks which items suit a user."""

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
    """The protocol between client and server."""

    REST = "rest"
    GRPC = "grpc"


class RankingClient:
    """Asks one model on one server. Threads may share a client; it is a context manager.

    Methods that ask raise `CallError` if the server was not reached or refused, or if its answer makes no sense.
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
            address: The server's host and its port for the protocol, such as `127.0.0.1:8501`.
            model_name: The model's name on the server.
            protocol: REST or gRPC.
            timeout_s: The longest that one attempt may take, in seconds.
            retry: When to try again; `RetryPolicy()` if None.
            tls: The files for TLS; no TLS if None.
        """
        self.address = address
        self._retry = retry or RetryPolicy()
        self._transport = _transport(protocol, address, model_name, timeout_s, tls)

    def rank(self, request: RankRequest) -> list[RankedItem]:
        """Ranks a request's candidates, best first. Candidates with equal scores keep the request's order."""
        return self.rank_many([request])[0]

    def rank_many(self, requests: Sequence[RankRequest]) -> list[list[RankedItem]]:
        """Ranks the candidates of several requests in one call."""
        return self._ask(signature_calls.rank(requests))

    def explain(self, request: RankRequest) -> list[ExplainedItem]:
        """Ranks a request's candidates, and tells how much each history token weighed in each score.

        Raises:
            CallError: See the class. The model may not have this signature.
        """
        return self._ask(signature_calls.explain(request))

    def recommend(self, request: RetrievalRequest) -> list[RankedItem]:
        """Finds the best items of the whole catalogue for the user's feed.

        Returns:
            The best items first; fewer than `k` if the catalogue has no more.

        Raises:
            ValueError: The request has a query.
            CallError: See the class. The model may not have this signature.
        """
        return self._ask(signature_calls.recommend(request))

    def search(self, request: RetrievalRequest) -> list[RankedItem]:
        """Finds the best items of the whole catalogue for a query. Otherwise the same as `recommend`.

        Raises:
            ValueError: The request has no query.
            CallError: See the class. The model may not have this signature.
        """
        return self._ask(signature_calls.search(request))

    def retrieve(self, request: RetrievalRequest) -> list[RankedItem]:
        """Calls `search` if the request has a query, else `recommend`."""
        return self._ask(signature_calls.retrieve(request))

    def similar_items(self, item_id: str, k: int = 10) -> list[RankedItem]:
        """Finds the items most similar to an item.

        Returns:
            The most similar items first, scored by the cosine of the vectors; none if the model does not know the item.

        Raises:
            ValueError: `k` is out of range.
            CallError: See the class. The model may not have this signature.
        """
        return self._ask(signature_calls.similar_items(item_id, k))

    def embed_user(self, request: UserRequest) -> tuple[float, ...]:
        """Returns a user's vector. Items that suit the user's feed have vectors with a large dot product with it."""
        return self._ask(signature_calls.embed_user(request))

    def embed_query(self, query: str) -> tuple[float, ...]:
        """Returns the vector of a query, as if an unknown user had typed it. Otherwise the same as `embed_user`."""
        return self._ask(signature_calls.embed_query(query))

    def embed_items(self, item_ids: Sequence[str]) -> list[ItemVector]:
        """Returns items' vectors, in the given order.

        Raises:
            ValueError: There are no items.
            CallError: See the class. The model may not have this signature.
        """
        return self._ask(signature_calls.embed_items(item_ids))

    def item_priors(self, item_ids: Sequence[str]) -> list[float]:
        """Returns what lists add to the log-odds of items' scores in `rank`, in the given order.

        Where scores are calibrated, they add a line through it: see `schemas.score_map.ScoreMap`.

        Raises:
            ValueError: There are no items.
            CallError: See the class. The model may not have this signature.
        """
        return self._ask(signature_calls.priors(item_ids))

    def sessions(self, request: SessionsRequest) -> DividedHistory:
        """Divides a history into sessions. Only a model with session modelling can."""
        return self._ask(signature_calls.sessions(request))

    def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version (names of `schemas.signatures`)."""
        return self._retry.call(self._transport.signature_names)

    def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first."""
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
    # A protocol's libraries are imported only if it is used.
    if protocol is WireProtocol.REST:
        from serving.client.rest_transport import RestTransport

        return RestTransport(address, model_name, timeout_s, tls)
    from serving.client.grpc_transport import GrpcTransport

    return GrpcTransport(address, model_name, timeout_s, tls)
