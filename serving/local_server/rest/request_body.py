"""Reads the bodies of REST requests within limits: bytes of one body, bytes of all bodies at once, and seconds.

A parsed body takes many times its length in memory. Without limits, clients could fill the memory by long bodies, or by
many.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import anyio
from starlette.types import Receive


@dataclass(frozen=True)
class BodyLimits:
    """Limits of the bodies of requests.

    Attributes:
        longest: The most bytes of one body.
        at_once: The most bytes of all bodies whose requests are not answered yet.
        seconds: How long a body may take to arrive.
    """

    longest: int = 64 * 2**20
    at_once: int = 128 * 2**20
    seconds: float = 30.0


class RefusedBodyError(Exception):
    """A body that the server refuses.

    Attributes:
        status: The HTTP status of the answer.
        message: What the client reads.
    """

    def __init__(self, status: HTTPStatus, message: str):
        super().__init__(message)
        self.status = status
        self.message = message


class ClientGoneError(Exception):
    """The client has gone, so nobody would read an answer."""


class BodyReader:
    """Reads the bodies of one server's requests, all on one event loop."""

    def __init__(self, limits: BodyLimits = BodyLimits()):
        """Takes the limits."""
        self._limits = limits
        self._held = 0

    @contextlib.asynccontextmanager
    async def body(self, headers: Mapping[bytes, bytes], receive: Receive) -> AsyncIterator[bytes]:
        """Reads a request's body. Its bytes count against the limit until the block ends.

        Args:
            headers: The request's headers, with names in lower case.
            receive: ASGI's `receive` of the request.

        Raises:
            RefusedBodyError: The body is too long or too slow, or all bodies together have too many bytes.
            ClientGoneError: The client went before the body was complete.
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
    """One body as it arrives.

    A refused body is read to its end and thrown away, because a client that is still sending would not read the answer.
    A client that asked before it sends (`Expect: 100-continue`) is refused at once.

    Attributes:
        is_expected: Whether more parts come.
        held: The number of bytes kept.
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
        """Adds a part, and returns how many bytes more are held. The number is negative if the body is refused."""
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
        """The complete body.

        Raises:
            RefusedBodyError: The body is refused.
        """
        if self._refusal is not None:
            raise self._refusal
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def _refuse_as_too_long(self) -> None:
        text = f"The request's body is longer than {self._limits.longest} bytes"
        self._refusal = RefusedBodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
