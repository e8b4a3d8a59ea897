"""The interface of the REST and gRPC transports, and what they return."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from serving.client.call import Call

Outputs = Mapping[str, Any]
"""Output name to nested lists of numbers and strings."""


@dataclass(frozen=True)
class VersionState:
    """One version of the served model.

    Attributes:
        version: The version's number.
        state: `AVAILABLE`, `LOADING` or another of TF Serving's names.
        error: Why the version could not be loaded; empty if nothing went wrong.
    """

    version: int
    state: str
    error: str = ""


class AsyncTransport(Protocol):
    """The asyncio form of `Transport`. It belongs to the event loop of its first call."""

    async def predict(self, call: Call) -> Outputs:
        """Calls a signature and returns its outputs, at least those that the call names."""

    async def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version."""

    async def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first."""

    async def close(self) -> None:
        """Closes the connections."""


class Transport(Protocol):
    """Sends calls to a model server over one protocol. Each method makes one attempt and may raise `CallError`."""

    def predict(self, call: Call) -> Outputs:
        """Calls a signature and returns its outputs, at least those that the call names."""

    def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version."""

    def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first."""

    def close(self) -> None:
        """Closes the connections."""
