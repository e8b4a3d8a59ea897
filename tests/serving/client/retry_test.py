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


def waited_for(policy, server):
    """The answer, and the waits before it."""
    waits = []
    return policy.call(server, waits.append), waits


def awaited(policy, server):
    """The same, of what is awaited."""
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def ask():
        return server()

    return asyncio.run(policy.call_async(ask, sleep)), waits


@pytest.fixture(params=[waited_for, awaited])
def call(request):
    return request.param


@pytest.mark.parametrize(
    ("policy", "longest"),
    [
        (RetryPolicy(attempts=3, first_wait_s=1.0, factor=3.0, longest_wait_s=9.0), [1.0, 3.0]),
        (RetryPolicy(attempts=5, first_wait_s=1.0, factor=10.0, longest_wait_s=2.0), [1.0, 2.0, 2.0, 2.0]),
    ],
)
def test_tries_again_while_unavailable_after_waits_that_are_shortened_by_up_to_a_half(call, policy, longest):
    server = Server(*["UNAVAILABLE"] * len(longest))
    answer, waits = call(policy, server)
    assert (answer, server.calls) == ("answer", policy.attempts)
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))


@pytest.mark.parametrize(
    ("code", "calls"),
    [("UNAVAILABLE", 3), ("INVALID_ARGUMENT", 1), ("NOT_FOUND", 1), ("DEADLINE_EXCEEDED", 1), ("INTERNAL", 1)],
)
def test_gives_up_at_last_or_at_once_where_another_attempt_would_fail_alike(call, code, calls):
    server = Server(*[code] * 5)
    with pytest.raises(CallError, match=code):
        call(RetryPolicy(attempts=3), server)
    assert server.calls == calls


def test_needs_an_attempt():
    with pytest.raises(ValueError, match="`attempts` should be at least 1. Received: attempts=0"):
        RetryPolicy(attempts=0)
