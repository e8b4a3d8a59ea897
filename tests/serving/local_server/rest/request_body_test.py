"""Bodies part by part; over real connections: `hostile_input_test.py`."""

import asyncio
from http import HTTPStatus

import pytest

from serving.local_server.limits.budget import Budget
from serving.local_server.rest.request_body import BodyLimits, BodyReader, ClientGoneError, RefusedBodyError

LIMITS = BodyLimits(longest=10, seconds=30.0)


class Sender:
    """A client that sends these parts, one after the other, then nothing."""

    def __init__(self, *parts):
        self.parts = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        if self.parts:
            self.parts[-1]["more_body"] = False

    async def __call__(self):
        if not self.parts:
            await asyncio.sleep(60)
        return self.parts.pop(0)


class Leaver(Sender):
    """One that goes after the first part."""

    async def __call__(self):
        return await super().__call__() if len(self.parts) > 1 else {"type": "http.disconnect"}


def read(sender, headers=None, limits=LIMITS):
    return asyncio.run(BodyReader(limits).read(headers or {}, sender, Budget(15, "bytes").share()))


def refusal(sender, headers=None, limits=LIMITS):
    with pytest.raises(RefusedBodyError) as caught:
        read(sender, headers, limits)
    return caught.value.status, caught.value.message


def test_parts_are_put_together():
    assert read(Sender(b"")) == b""
    assert read(Sender(b"abc")) == b"abc"
    assert read(Sender(b"abcde", b"fghij")) == b"abcdefghij"


@pytest.mark.parametrize(
    ("headers", "parts_left"),
    [
        # What is too long is read to its end, but whoever asks for leave to send it is refused at once.
        ({}, 0),
        ({b"content-length": b"11"}, 0),
        ({b"content-length": b"11", b"expect": b"100-continue"}, 3),
    ],
)
def test_what_is_too_long_is_refused(headers, parts_left):
    sender = Sender(b"abcde", b"fghij", b"k")
    refused = refusal(sender, headers)
    assert refused == (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The request's body is longer than 10 bytes. "
        "Send several smaller requests, or start the server with a larger --rest_api_max_body_bytes.",
    )
    assert len(sender.parts) == parts_left


def test_what_does_not_come_in_time():
    refused = refusal(Sender(), limits=BodyLimits(seconds=0.01))
    assert refused == (HTTPStatus.REQUEST_TIMEOUT, "The request's body did not arrive in 0.01 s")


def test_whoever_goes_gets_no_answer():
    with pytest.raises(ClientGoneError):
        read(Leaver(b"abc", b"d"))


def test_no_more_bytes_are_held_than_fit_and_what_is_refused_holds_none():
    reader, budget = BodyReader(LIMITS), Budget(15, "bytes")
    first, second, third = (budget.share() for _ in range(3))

    async def run():
        await reader.read({}, Sender(b"0123456789"), first)
        with pytest.raises(RefusedBodyError) as caught:
            await reader.read({}, Sender(b"0123", b"4567"), second)
        assert budget.held == 10
        assert await reader.read({}, Sender(b"01234"), third) == b"01234"
        first.release()
        assert await reader.read({}, Sender(b"0123", b"4567"), second) == b"01234567"
        return caught.value

    refused = asyncio.run(run())
    assert (refused.status, refused.message) == (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Too many bytes are under way; try again later. The most at a time is 15.",
    )
