"""Connections of the REST port: none stays open for a request that does not come, and half an open one gets its answer.

The HTTP server itself waits without end for a request that was begun, and drops one whose client says at once that it
will send nothing more.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.local_server.rest.json_response import error_answer


class PatientConnection(H11Protocol):
    """Waits for each request as long as the server's `timeout_keep_alive` says, from the first byte to the last header.

    One that was begun and not ended is answered with 408, and one whose client has stopped sending with 400.
    """

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no more."""
        super().connection_lost(exc)
        self._wait()

    def handle_events(self) -> None:
        """Notes whether a request has come."""
        super().handle_events()
        self._wait()

    def on_response_complete(self) -> None:
        """Waits for the next request."""
        super().on_response_complete()
        self._wait()

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends nothing more; True keeps the connection open until its request is answered."""
        if self._is_answering() and not self.cycle.more_body:
            self.cycle.keep_alive = False
            return True
        if self._has_begun():
            self._refuse(HTTPStatus.BAD_REQUEST, "The request ended before it was whole")
        return False

    def _wait(self) -> None:
        """Starts or stops the clock, as the connection waits for a request or not."""
        if self._is_answering() or self.transport.is_closing():
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None
        elif self._waiting is None:
            self._waiting = self.loop.call_later(self.timeout_keep_alive, self._give_up)

    def _give_up(self) -> None:
        self._waiting = None
        if self._has_begun():
            text = f"The request did not arrive in {self.timeout_keep_alive:g} s"
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, text)
        elif not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        body = error_answer(message)
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        self.transport.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _has_begun(self) -> bool:
        """Whether a part of a request has come that nobody has answered."""
        return self._is_answering() or bool(self.conn.trailing_data[0])
