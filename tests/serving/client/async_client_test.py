"""What only the awaited client does: many calls at a time. Its answers are tested in `ranking_client_test.py`."""

import asyncio
import inspect

import pytest

from serving.client.answers import RankedItem
from serving.client.async_client import AsyncRankingClient
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RankRequest
from tests.support.saved_models import BASE_SCORES


def test_it_can_do_what_the_other_can():
    def public(client):
        return {name: function for name, function in vars(client).items() if not name.startswith("_")}

    ours, theirs = public(AsyncRankingClient), public(RankingClient)
    assert list(ours) == list(theirs)
    assert all(inspect.iscoroutinefunction(each) for each in ours.values())
    assert [*map(inspect.signature, ours.values())] == [*map(inspect.signature, theirs.values())]


async def ask_at_once(client, items):
    return await asyncio.gather(*(client.rank(RankRequest("1", (item,))) for item in items))


@pytest.mark.parametrize("protocol", WireProtocol)
def test_many_calls_at_a_time_each_get_their_own_answer(rank_server, protocol):
    address = rank_server.rest_address if protocol is WireProtocol.REST else rank_server.grpc_address
    items = [list(BASE_SCORES)[number % 3] for number in range(200)]

    async def ask():
        async with AsyncRankingClient(address, "shop", protocol, timeout_s=30) as client:
            return await ask_at_once(client, items)

    assert asyncio.run(ask()) == [[RankedItem(item, BASE_SCORES[item])] for item in items]


def test_connections_are_used_again(played_rest):
    """Over REST each call that is under way has one of its own; for gRPC see `grpc_transport_test.py`."""

    async def ask(server):
        async with AsyncRankingClient(server.address, "shop", timeout_s=30) as client:
            for _ in range(5):
                await ask_at_once(client, "a")
            one_after_the_other = server.connections
            await ask_at_once(client, "a" * 20)
            return one_after_the_other, server.connections

    with played_rest((200, b'{"outputs": [[0.5]]}')) as server:
        first, second = asyncio.run(ask(server))
    assert first == 1 < second <= 21
