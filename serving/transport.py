"""What a protocol must be able to do for the client."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from serving.request_builder import RankRequest


@dataclass(frozen=True)
class VersionState:
    """One version of the served model; `state` is `AVAILABLE`, `LOADING` or another name of TF Serving's."""

    version: int
    state: str


class Transport(Protocol):
    """One protocol's way to a model server. Its methods raise `CallError`, and each makes one attempt."""

    def rank(self, requests: Sequence[RankRequest]) -> list[list[float]]:
        """Scores the candidates of each request; rows may be longer than the request's candidates."""

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first."""

    def close(self) -> None:
        """Closes its connections."""
