"""Whichever way a call goes, waited for or awaited, the same comes back."""

import asyncio

import pytest

from schemas import signatures
from serving.client.call import CallError
from serving.client.grpc_transport import AsyncGrpcTransport, GrpcTransport
from serving.client.requests import RankRequest, rank_call
from serving.client.rest_transport import AsyncRestTransport, RestTransport
from serving.client.transport import VersionState
from tests.support.saved_models import BASE_SCORES

CALL = rank_call([RankRequest("u", ("a", "b"))])


def waited_for(transport):
    try:
        return transport.predict(CALL), transport.signature_names(), transport.version_states()
    finally:
        transport.close()


def awaited(transport):
    async def ask():
        try:
            return await transport.predict(CALL), await transport.signature_names(), await transport.version_states()
        finally:
            await transport.close()

    return asyncio.run(ask())


WAYS = [
    pytest.param(RestTransport, waited_for, id="REST"),
    pytest.param(GrpcTransport, waited_for, id="gRPC"),
    pytest.param(AsyncRestTransport, awaited, id="REST, awaited"),
    pytest.param(AsyncGrpcTransport, awaited, id="gRPC, awaited"),
]


def address(transport, server):
    return server.grpc_address if "Grpc" in transport.__name__ else server.rest_address


@pytest.mark.parametrize(("transport", "ask"), WAYS)
def test_what_comes_back(transport, ask, rank_server):
    outputs, names, states = ask(transport(address(transport, rank_server), "shop", timeout_s=30))
    (scores,) = outputs[signatures.SCORES]
    assert scores == pytest.approx([BASE_SCORES["a"], BASE_SCORES["b"]])
    assert names == {signatures.RANK}
    assert states == [VersionState(7, "AVAILABLE")]


@pytest.mark.parametrize(("transport", "ask"), WAYS)
def test_a_model_that_is_not_there(transport, ask, rank_server):
    with pytest.raises(CallError) as error:
        ask(transport(address(transport, rank_server), "no such model", timeout_s=30))
    assert (error.value.code, error.value.address) == ("NOT_FOUND", address(transport, rank_server))
