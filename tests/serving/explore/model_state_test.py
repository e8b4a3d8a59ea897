"""How a model is, told by a real server and by what a server may say of its versions."""

import pytest

from serving.client.ranking_client import RankingClient
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from serving.explore.model_state import ModelState, answering_version, model_state


class ServerWith:
    """A client of a server whose model has these versions."""

    address = "host:8501"

    def __init__(self, *versions):
        self._versions = [VersionState(*version) for version in versions]

    def version_states(self):
        return self._versions

    def signature_names(self):
        return frozenset({"rank", "explain"})


def failure(error):
    return f"told: {error.code}"


def test_a_model_that_can_be_asked(rank_server):
    with RankingClient(rank_server.rest_address, "shop") as client:
        assert model_state(client, "shop", failure) == ModelState(7, ("rank",))
        assert answering_version(client) == 7


def test_a_newer_version_that_still_loads_does_not_answer_yet():
    client = ServerWith((8, "LOADING"), (7, "AVAILABLE"))
    assert model_state(client, "shop", failure) == ModelState(7, ("explain", "rank"))
    assert answering_version(client) == 7


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ((8, "START"), "The server at host:8501 is still loading version 8 of shop."),
        ((8, "LOADING"), "The server at host:8501 is still loading version 8 of shop."),
        ((8, "END", "no saved_model.pb"), "Version 8 of shop at host:8501 is in the state END: no saved_model.pb."),
        ((8, "END"), "Version 8 of shop at host:8501 is in the state END."),
    ],
)
def test_versions_that_do_not_answer(version, problem):
    assert model_state(ServerWith(version), "shop", failure) == ModelState(None, (), problem)
    assert answering_version(ServerWith(version)) is None


def test_nobody_there():
    with RankingClient("127.0.0.1:9", "shop", retry=RetryPolicy(attempts=1)) as client:
        assert model_state(client, "shop", failure) == ModelState(None, (), "told: UNAVAILABLE")
