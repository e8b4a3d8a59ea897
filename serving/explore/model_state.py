"""Whether a served model answers, which version does, and which signatures it has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.client.transport import VersionState

AVAILABLE = "AVAILABLE"
_LOADING = ("START", "LOADING")


@dataclass(frozen=True)
class ModelState:
    """The state of a served model at this moment.

    Attributes:
        version: The version that answers; None if none does.
        signatures: The names of its signatures.
        problem: Why no version answers, for people to read; empty if one does.
    """

    version: int | None
    signatures: tuple[str, ...] = ()
    problem: str = ""


def answering_version(client: RankingClient) -> int | None:
    """Returns the version that answers calls without a version: the newest that is available.

    Raises:
        CallError: The server was not reached, or has no such model.
    """
    return _newest_available(client.version_states())


def model_state(client: RankingClient, name: str, failure: Callable[[CallError], str]) -> ModelState:
    """Asks the server for the state of a model.

    Args:
        client: A client of the server.
        name: The model's name.
        failure: Explains to people a call that failed, and what to do about it.
    """
    try:
        versions = client.version_states()
        available = _newest_available(versions)
        if available is not None:
            return ModelState(available, tuple(sorted(client.signature_names())))
    except CallError as error:
        return ModelState(None, problem=failure(error))
    if not versions:
        return ModelState(None, problem=f"The server at {client.address} has no version of {name}.")
    return ModelState(None, problem=_why_not(versions[0], name, client.address))


def _newest_available(versions: Sequence[VersionState]) -> int | None:
    return next((each.version for each in versions if each.state == AVAILABLE), None)


def _why_not(newest: VersionState, name: str, address: str) -> str:
    if newest.state in _LOADING:
        return f"The server at {address} is still loading version {newest.version} of {name}."
    why = f": {newest.error}" if newest.error else ""
    return f"Version {newest.version} of {name} at {address} is in the state {newest.state}{why}."
