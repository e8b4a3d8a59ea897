"""What `async_client_test.py` cannot show: that nothing is opened before the first call."""

import asyncio

from serving.async_rest_transport import AsyncRestTransport


def test_may_be_made_before_there_is_an_event_loop(rank_server):
    transport = AsyncRestTransport(rank_server.rest_address, "shop", timeout_s=30)

    async def run():
        names = await transport.signature_names()
        await transport.close()
        return names

    assert asyncio.run(run()) == {"rank"}
