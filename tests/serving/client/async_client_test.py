"""The awaited client against a real server, over both protocols. What it shares with the other is tested there."""

import asyncio
import inspect
import socket

import pytest

from schemas.canonical_event import Surface, Token
from serving.client.answers import ItemVector, RankedItem, Session
from serving.client.async_client import AsyncRankingClient
from serving.client.call import CallError
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RankRequest, RetrievalRequest, SessionsRequest, UserRequest
from serving.client.retry import RetryPolicy
from serving.client.transport import VersionState
from tests.support.retrieval_models import QUERY_BONUS as RETRIEVAL_BONUS
from tests.support.saved_models import BASE_SCORES

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(params=list(WireProtocol))
def protocol(request):
    return request.param


def asked(server, protocol, ask, name="shop", **settings):
    """What `ask` makes of a client of a server."""
    address = server.rest_address if protocol is WireProtocol.REST else server.grpc_address

    async def run():
        async with AsyncRankingClient(address, name, protocol, timeout_s=30, **settings) as client:
            return await ask(client)

    return asyncio.run(run())


def test_it_can_do_what_the_other_can():
    def public(client):
        return {name: function for name, function in vars(client).items() if not name.startswith("_")}

    ours, theirs = public(AsyncRankingClient), public(RankingClient)
    assert list(ours) == list(theirs)
    assert all(inspect.iscoroutinefunction(each) for each in ours.values())
    assert {name: inspect.signature(each) for name, each in ours.items()} == {
        name: inspect.signature(each) for name, each in theirs.items()
    }


def test_asks_every_question(retrieval_server, protocol):
    history = (Token(Surface.RECOMMENDATION, ("é",)), Token(Surface.SEARCH, ("b",), "red"))

    async def ask(client):
        return await asyncio.gather(
            client.rank(RankRequest("1", ("a", "b"))),
            client.recommend(RetrievalRequest("1", k=2, history=history, exclude_seen=True)),
            client.search(RetrievalRequest("1", k=1, query="b")),
            client.retrieve(RetrievalRequest("1", k=1)),
            client.similar_items("d", k=1),
            client.embed_user(UserRequest("1", history)),
            client.embed_query("rosé"),
            client.embed_items(("é",)),
            client.version_states(),
        )

    assert asked(retrieval_server, protocol, ask) == [
        [RankedItem("b", 2.0), RankedItem("a", 1.0)],
        [RankedItem("d", 4.0), RankedItem("c", 3.0)],
        [RankedItem("b", 2.0 + RETRIEVAL_BONUS)],
        [RankedItem("é", 5.0)],
        [RankedItem("c", 0.875)],
        (2.0, 1.0),
        (4.0, 0.0),
        [ItemVector("é", (5.0, 1.0), True)],
        [VersionState(7, "AVAILABLE")],
    ]


def test_tells_sessions_and_signatures(retrieval_server, protocol):
    feed, search = Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("b",), "red")

    async def ask(client):
        divided = await client.sessions(SessionsRequest("1", Surface.SEARCH, (feed, search, feed, search)))
        return divided, await client.signature_names()

    divided, names = asked(retrieval_server, protocol, ask)
    assert divided.by_clicks == (Session(0.0, 1.0, (1.0, 0.0)), Session(1.0, 2.0, (0.0, 1.0)))
    assert {"rank", "recommend", "sessions"} <= names


def test_many_calls_at_a_time_each_get_their_own_answer(rank_server, protocol):
    items = list(BASE_SCORES)

    async def ask(client):
        requests = [RankRequest(str(number), (items[number % 3],)) for number in range(200)]
        return await asyncio.gather(*map(client.rank, requests))

    answers = asked(rank_server, protocol, ask)
    assert answers == [[RankedItem(items[number % 3], BASE_SCORES[items[number % 3]])] for number in range(200)]


class CountingProxy:
    """Hands bytes on to a server, and counts the connections."""

    def __init__(self, address):
        self.host, self.port = address.split(":")
        self.connections = 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error):
        self.server.close()

    @property
    def address(self):
        return f"127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def serve(self, reader, writer):
        self.connections += 1
        other_reader, other_writer = await asyncio.open_connection(self.host, self.port)
        await asyncio.gather(self.hand_on(reader, other_writer), self.hand_on(other_reader, writer))

    @staticmethod
    async def hand_on(reader, writer):
        while data := await reader.read(2**16):
            writer.write(data)
        writer.close()


def test_connections_are_used_again(rank_server, protocol):
    async def run():
        server = rank_server.rest_address if protocol is WireProtocol.REST else rank_server.grpc_address
        async with CountingProxy(server) as proxy, AsyncRankingClient(proxy.address, "shop", protocol, 30) as client:
            for _ in range(5):
                await client.rank(RankRequest("1", ("a",)))
            one_after_the_other = proxy.connections
            await asyncio.gather(*(client.rank(RankRequest("1", ("a",))) for _ in range(20)))
            return one_after_the_other, proxy.connections

    first, second = asyncio.run(run())
    assert first == 1
    assert second == 1 if protocol is WireProtocol.GRPC else 1 < second <= 21


def test_refusals_and_senseless_requests(rank_server, protocol):
    with pytest.raises(CallError, match="Servable not found for request: Latest") as caught:
        asked(rank_server, protocol, lambda client: client.rank(RankRequest("1", ("a",))), name="no/such")
    assert caught.value.code == "NOT_FOUND"
    with pytest.raises(ValueError, match="`recommend` takes no query"):
        asked(rank_server, protocol, lambda client: client.recommend(RetrievalRequest("1", query="red")))


def test_unavailable_is_tried_again(protocol):
    """Nobody is there until after the first attempt."""
    waits = []

    class Policy(RetryPolicy):
        def _waits(self):
            for wait in super()._waits():
                waits.append(wait)
                yield wait

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"

        async def run():
            retry = Policy(attempts=3, first_wait_s=0.001)
            async with AsyncRankingClient(address, "shop", protocol, retry=retry) as client:
                await client.rank(RankRequest("1", ("a",)))

        with pytest.raises(CallError) as caught:
            asyncio.run(run())
    assert (caught.value.code, caught.value.address, len(waits)) == ("UNAVAILABLE", address, 2)


def test_a_server_that_does_not_answer_in_time(protocol):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"

        async def run():
            async with AsyncRankingClient(address, "shop", protocol, timeout_s=0.2, retry=ONCE) as client:
                await client.version_states()

        with pytest.raises(CallError) as caught:
            asyncio.run(run())
    assert caught.value.code == "DEADLINE_EXCEEDED"
