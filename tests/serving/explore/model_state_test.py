"""How a model is, told by a real server and by what a server may say of its versions."""

from types import SimpleNamespace

import pytest

from serving.client.ranking_client import RankingClient
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from serving.explore.model_state import ModelState, answering_version, model_state


def client_of(*versions):
    """A client of a server whose model has these versions."""
    return SimpleNamespace(
        address="host:8501",
        version_states=lambda: [VersionState(*version) for version in versions],
        signature_names=lambda: frozenset({"rank", "explain"}),
    )


def failure(error):
    return f"told: {error.code}"


@pytest.mark.parametrize(
    ("versions", "state"),
    [
        # A newer version that still loads does not answer yet.
        ([(8, "LOADING"), (7, "AVAILABLE")], ModelState(7, ("explain", "rank"))),
        ([], ModelState(None, (), "The server at host:8501 has no version of shop.")),
        ([(8, "START")], ModelState(None, (), "The server at host:8501 is still loading version 8 of shop.")),
        ([(8, "LOADING")], ModelState(None, (), "The server at host:8501 is still loading version 8 of shop.")),
        (
            [(8, "END", "no saved_model.pb")],
            ModelState(None, (), "Version 8 of shop at host:8501 is in the state END: no saved_model.pb."),
        ),
        ([(8, "END")], ModelState(None, (), "Version 8 of shop at host:8501 is in the state END.")),
    ],
)
def test_versions_that_answer_and_versions_that_do_not(versions, state):
    assert model_state(client_of(*versions), "shop", failure) == state
    assert answering_version(client_of(*versions)) == state.version


def test_a_real_server_and_none(rank_server):
    with RankingClient(rank_server.rest_address, "shop") as client:
        assert model_state(client, "shop", failure) == ModelState(7, ("rank",))
        assert answering_version(client) == 7
    with RankingClient("127.0.0.1:9", "shop", retry=RetryPolicy(attempts=1)) as client:
        assert model_state(client, "shop", failure) == ModelState(None, (), "told: UNAVAILABLE")
