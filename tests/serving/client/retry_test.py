import asyncio

import pytest

from serving.client.call import CallError
from serving.client.retry import RetryPolicy


class Server:
    """Fails with the given codes, one a call, then answers."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.codes:
            raise CallError(self.codes.pop(0), "down", "server")
        return "answer"


def test_tries_again_while_unavailable():
    server, waits = Server("UNAVAILABLE", "UNAVAILABLE"), []
    assert (
        RetryPolicy(attempts=3, first_wait_s=1.0, factor=3.0, longest_wait_s=9.0).call(server, waits.append) == "answer"
    )
    assert server.calls == 3
    assert 0.5 <= waits[0] <= 1.0
    assert 1.5 <= waits[1] <= 3.0


def test_waits_are_bounded():
    waits = []
    RetryPolicy(attempts=9, first_wait_s=1.0, factor=10.0, longest_wait_s=2.0).call(
        Server(*["UNAVAILABLE"] * 8), waits.append
    )
    assert len(waits) == 8
    assert max(waits) <= 2.0


def test_gives_up_with_the_last_error():
    server = Server(*["UNAVAILABLE"] * 5)
    with pytest.raises(CallError, match="UNAVAILABLE"):
        RetryPolicy(attempts=3).call(server, lambda seconds: None)
    assert server.calls == 3


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "NOT_FOUND", "DEADLINE_EXCEEDED", "INTERNAL"])
def test_nothing_else_is_tried_again(code):
    server = Server(code)
    with pytest.raises(CallError, match=code):
        RetryPolicy(attempts=3).call(server, lambda seconds: None)
    assert server.calls == 1


def test_needs_an_attempt():
    with pytest.raises(ValueError, match="`attempts` should be at least 1. Received: attempts=0"):
        RetryPolicy(attempts=0)


def awaited(policy, server):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def ask():
        return server()

    return asyncio.run(policy.call_async(ask, sleep)), waits


def test_what_is_awaited_is_tried_again_too():
    server = Server("UNAVAILABLE", "UNAVAILABLE")
    answer, waits = awaited(RetryPolicy(attempts=3, first_wait_s=1.0, factor=3.0, longest_wait_s=9.0), server)
    assert (answer, server.calls) == ("answer", 3)
    assert 0.5 <= waits[0] <= 1.0
    assert 1.5 <= waits[1] <= 3.0


@pytest.mark.parametrize(("codes", "calls"), [(["UNAVAILABLE"] * 5, 3), (["NOT_FOUND"], 1)])
def test_what_is_awaited_fails_alike(codes, calls):
    server = Server(*codes)
    with pytest.raises(CallError, match=codes[0]):
        awaited(RetryPolicy(attempts=3), server)
    assert server.calls == calls
