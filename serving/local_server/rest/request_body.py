"""The bodies of REST requests: read in time, none longer than allowed, and not too many bytes at once.

A body becomes many times as long once it is parsed, so whoever sends long ones, or many, could fill the memory.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import anyio
from starlette.types import Receive


@dataclass(frozen=True)
class BodyLimits:
    """What the bodies of requests may be.

    Attributes:
        longest: Bytes of one.
        at_once: Bytes of all whose requests are under way.
        seconds: For one to arrive.
    """

    longest: int = 64 * 2**20
    at_once: int = 128 * 2**20
    seconds: float = 30.0


class RefusedBodyError(Exception):
    """A body that is not taken.

    Attributes:
        status: HTTP's.
        message: What the client reads.
    """

    def __init__(self, status: HTTPStatus, message: str):
        super().__init__(message)
        self.status = status
        self.message = message


class ClientGoneError(Exception):
    """Nobody is there any more to read an answer."""


class BodyReader:
    """Reads the bodies of one server's requests; of one event loop."""

    def __init__(self, limits: BodyLimits = BodyLimits()):
        """Takes the limits."""
        self._limits = limits
        self._held = 0

    @contextlib.asynccontextmanager
    async def body(self, headers: Mapping[bytes, bytes], receive: Receive) -> AsyncIterator[bytes]:
        """The body of a request; the context lasts as long as the request is under way.

        Args:
            headers: The request's, their names in lower case.
            receive: ASGI's.

        Raises:
            RefusedBodyError: It is too long, does not come in time, or too many others are under way.
            ClientGoneError: The client went before it was whole.
        """
        body = _Body(self._limits, headers)
        try:
            await self._read(body, receive)
            yield body.whole()
        finally:
            self._held -= body.held

    async def _read(self, body: "_Body", receive: Receive) -> None:
        try:
            with anyio.fail_after(self._limits.seconds):
                while body.is_expected:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGoneError
                    self._held += body.add(message, self._limits.at_once - self._held)
        except TimeoutError:
            text = f"The request's body did not arrive in {self._limits.seconds:g} s"
            raise RefusedBodyError(HTTPStatus.REQUEST_TIMEOUT, text) from None


class _Body:
    """One body as it comes in. One that is refused is read to its end all the same, and thrown away.

    A client that still sends would not read the refusal; but one that has asked for leave to send gets it at once.

    Attributes:
        is_expected: Whether there is more to come.
        held: Bytes that are kept.
    """

    def __init__(self, limits: BodyLimits, headers: Mapping[bytes, bytes]):
        self.is_expected = True
        self.held = 0
        self._parts: list[bytes] = []
        self._limits = limits
        self._refusal: RefusedBodyError | None = None
        if int(headers.get(b"content-length", 0)) > limits.longest:
            self._refuse_as_too_long()
            self.is_expected = b"expect" not in headers

    def add(self, message: Mapping, room: int) -> int:
        """Takes a part of it, and returns how many bytes more are held: fewer than none where it is refused."""
        before, part = self.held, message["body"]
        self.is_expected = message["more_body"]
        if self._refusal is None and before + len(part) > self._limits.longest:
            self._refuse_as_too_long()
        elif self._refusal is None and len(part) > room:
            text = "Too many bytes of requests are under way; try again later"
            self._refusal = RefusedBodyError(HTTPStatus.SERVICE_UNAVAILABLE, text)
        if self._refusal is None:
            self._parts.append(part)
            self.held += len(part)
        else:
            self._parts.clear()
            self.held = 0
        return self.held - before

    def whole(self) -> bytes:
        """The body.

        Raises:
            RefusedBodyError: It is refused.
        """
        if self._refusal is not None:
            raise self._refusal
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def _refuse_as_too_long(self) -> None:
        text = f"The request's body is longer than {self._limits.longest} bytes"
        self._refusal = RefusedBodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
