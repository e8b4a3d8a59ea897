"""What a protocol must be able to do for the client."""

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
        version: Which.
        state: `AVAILABLE`, `LOADING` or another name of TF Serving's.
        error: Why it could not be loaded; empty where nothing went wrong.
    """

    version: int
    state: str
    error: str = ""


class AsyncTransport(Protocol):
    """As `Transport`, awaited; of the event loop of its first call."""

    async def predict(self, call: Call) -> Outputs:
        """Calls a signature; what comes back has at least the outputs that the call names."""

    async def signature_names(self) -> frozenset[str]:
        """The signatures that the model's newest version has."""

    async def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first."""

    async def close(self) -> None:
        """Closes its connections."""


class Transport(Protocol):
    """One protocol's way to a model server. Its methods raise `CallError`, and each makes one attempt."""

    def predict(self, call: Call) -> Outputs:
        """Calls a signature; what comes back has at least the outputs that the call names."""

    def signature_names(self) -> frozenset[str]:
        """The signatures that the model's newest version has."""

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first."""

    def close(self) -> None:
        """Closes its connections."""
