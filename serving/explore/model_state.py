"""Whether a model can be asked, what version answers, and what it can be asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.client.transport import VersionState

AVAILABLE = "AVAILABLE"
_LOADING = ("START", "LOADING")


@dataclass(frozen=True)
class ModelState:
    """A served model at this moment.

    Attributes:
        version: The one that answers; None where none does.
        signatures: What it can be asked for, by name.
        problem: Why it cannot be asked, for people to read; empty where it can.
    """

    version: int | None
    signatures: tuple[str, ...] = ()
    problem: str = ""


def answering_version(client: RankingClient) -> int | None:
    """The version that answers whoever names none: the newest that is available.

    Raises:
        CallError: The server was not reached, or has no such model.
    """
    return next((each.version for each in client.version_states() if each.state == AVAILABLE), None)


def model_state(client: RankingClient, name: str, failure: Callable[[CallError], str]) -> ModelState:
    """Asks the model's server.

    Args:
        client: Of that server.
        name: The model's.
        failure: Says what to do about a call that failed.
    """
    try:
        versions = client.version_states()
        available = next((each.version for each in versions if each.state == AVAILABLE), None)
        if available is not None:
            return ModelState(available, tuple(sorted(client.signature_names())))
    except CallError as error:
        return ModelState(None, problem=failure(error))
    return ModelState(None, problem=_why_not(versions[0], name, client.address))


def _why_not(newest: VersionState, name: str, address: str) -> str:
    if newest.state in _LOADING:
        return f"The server at {address} is still loading version {newest.version} of {name}."
    why = f": {newest.error}" if newest.error else ""
    return f"Version {newest.version} of {name} at {address} is in the state {newest.state}{why}."
