"""The client of an application: asks a model server, ours or TF Serving, to rank items for a user."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from serving.call_error import INTERNAL, CallError
from serving.request_builder import RankRequest
from serving.retry import RetryPolicy
from serving.transport import Transport, VersionState


class WireProtocol(str, enum.Enum):
    """How to talk to the server."""

    REST = "rest"
    GRPC = "grpc"


@dataclass(frozen=True)
class RankedItem:
    """One item of an answer; `score` is the probability of a click."""

    item_id: str
    score: float


class RankingClient:
    """Ranks items by the model of one server; safe to share between threads, and a context manager."""

    def __init__(
        self,
        address: str,
        model_name: str,
        protocol: WireProtocol = WireProtocol.REST,
        timeout_s: float = 5.0,
        retry: RetryPolicy | None = None,
    ):
        """Connects at the first call.

        Args:
            address: Host and port of that protocol, such as `127.0.0.1:8501`.
            model_name: The model's name on the server.
            protocol: REST or gRPC.
            timeout_s: Of one attempt, in seconds.
            retry: What to do while the server is not there; `RetryPolicy()` where None.
        """
        self.address = address
        self._retry = retry or RetryPolicy()
        self._transport = _transport(protocol, address, model_name, timeout_s)

    def rank(self, request: RankRequest) -> list[RankedItem]:
        """Orders a request's candidates, best first; equal scores keep the request's order.

        Raises:
            CallError: The server was not reached, or refused.
        """
        return self.rank_many([request])[0]

    def rank_many(self, requests: Sequence[RankRequest]) -> list[list[RankedItem]]:
        """Asks for several users in one call; otherwise as `rank`."""
        rows = self._retry.call(lambda: self._transport.rank(requests))
        if len(rows) != len(requests) or any(
            len(row) < len(request.candidates) for row, request in zip(rows, requests, strict=True)
        ):
            raise CallError(INTERNAL, "the answer has fewer scores than the request has candidates", self.address)
        return [_ranked(request, row) for request, row in zip(requests, rows, strict=True)]

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
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


def _ranked(request: RankRequest, scores: Sequence[float]) -> list[RankedItem]:
    # Scores beyond the request's own candidates belong to padding.
    items = [RankedItem(item_id, score) for item_id, score in zip(request.candidates, scores, strict=False)]
    return sorted(items, key=lambda item: -item.score)


def _transport(protocol: WireProtocol, address: str, model_name: str, timeout_s: float) -> Transport:
    # Either protocol's libraries are imported only where it is used: gRPC's stubs bring all of TensorFlow with them.
    if protocol is WireProtocol.REST:
        from serving.rest_transport import RestTransport

        return RestTransport(address, model_name, timeout_s)
    from serving.grpc_transport import GrpcTransport

    return GrpcTransport(address, model_name, timeout_s)
