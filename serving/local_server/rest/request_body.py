"""Reads the bodies of REST requests within limits: bytes of one body, bytes of all bodies at once, and seconds.

A parsed body takes many times its length in memory. Without limits, clients could fill the memory by long bodies, or by
many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import anyio
from starlette.types import Receive

from serving.local_server.limits.budget import Share
from serving.local_server.wire.statuses import ServingError


@dataclass(frozen=True)
class BodyLimits:
    """Limits of the bodies of requests.

    Attributes:
        longest: The most bytes of one body, as it is sent and as it is unpacked.
        seconds: How long a body may take to arrive.
    """

    longest: int = 64 * 2**20
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

    async def read(self, headers: Mapping[bytes, bytes], receive: Receive, share: Share) -> bytes:
        """Reads a request's body.

        Args:
            headers: The request's headers, with names in lower case.
            receive: ASGI's `receive` of the request.
            share: What the request holds of the bytes of all requests. The body is held until the caller releases it.

        Raises:
            RefusedBodyError: The body is too long or too slow, or all bodies together have too many bytes.
            ClientGoneError: The client went before the body was complete.
        """
        body = _Body(self._limits, headers, share)
        try:
            with anyio.fail_after(self._limits.seconds):
                while body.is_expected:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGoneError
                    body.add(message)
        except TimeoutError:
            text = f"The request's body did not arrive in {self._limits.seconds:g} s"
            raise RefusedBodyError(HTTPStatus.REQUEST_TIMEOUT, text) from None
        return body.whole()


class _Body:
    """One body as it arrives.

    A refused body is read to its end and thrown away, because a client that is still sending would not read the answer.
    A client that asked before it sends (`Expect: 100-continue`) is refused at once.

    Attributes:
        is_expected: Whether more parts come.
    """

    def __init__(self, limits: BodyLimits, headers: Mapping[bytes, bytes], share: Share):
        self.is_expected = True
        self._share = share
        self._length = 0
        self._parts: list[bytes] = []
        self._limits = limits
        self._refusal: RefusedBodyError | None = None
        if int(headers.get(b"content-length", 0)) > limits.longest:
            self._refuse_as_too_long()
            self.is_expected = b"expect" not in headers

    def add(self, message: Mapping) -> None:
        """Adds a part."""
        part = message["body"]
        self.is_expected = message["more_body"]
        if self._refusal is None and self._length + len(part) > self._limits.longest:
            self._refuse_as_too_long()
        if self._refusal is None:
            try:
                self._share.hold(self._length + len(part))
            except ServingError as error:
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, error.message)
        if self._refusal is None:
            self._parts.append(part)
            self._length += len(part)

    def whole(self) -> bytes:
        """The complete body.

        Raises:
            RefusedBodyError: The body is refused.
        """
        if self._refusal is not None:
            raise self._refusal
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def _refuse_as_too_long(self) -> None:
        self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_long(self._limits.longest))

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        self._refusal = RefusedBodyError(status, text)
        self._parts.clear()
        self._share.release()


def too_long(longest: int) -> str:
    """What the client of a longer body reads."""
    return (
        f"The request's body is longer than {longest} bytes. "
        "Send several smaller requests, or start the server with a larger --rest_api_max_body_bytes."
    )
