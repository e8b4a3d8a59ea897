"""HTTP connections of the REST port: requests and answers have time limits, and half-closed ones get their answer.

Uvicorn alone waits for ever for the rest of a request that has begun, and for a client to read its answer. It also
drops a request if the client closes its sending half at once.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.local_server.rest.json_response import error_answer


class PatientConnection(H11Protocol):
    """Gives each request `timeout_keep_alive` seconds until its last header, and each answer a time to be read.

    If a request has begun but does not end in time, the answer is 408. If the client stops sending before its request
    is complete, the answer is 400. A connection whose answer is not read in time is cut. If all connections together
    hold too many bytes that nobody reads, the one that has waited longest is cut.

    Where there are too many connections, the one that has waited longest for a request makes room for a new one.

    Attributes:
        read_seconds: How long a client may take to read an answer, from the moment when the system takes no more of it.
        most_unread_bytes: The most bytes that wait in this process to be read, over all connections.
        most_connections: The most connections at a time, as long as any of them only waits.
    """

    read_seconds: float = 60.0
    most_unread_bytes: int = 128 * 2**20
    most_connections: int = 2**31
    _waiting: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the clock for the first request."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.most_connections:
            self._close_longest_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        super().connection_lost(exc)
        self._wait()
        self._read()

    def handle_events(self) -> None:
        """Stops the clock once a request has come."""
        super().handle_events()
        self._wait()

    def on_response_complete(self) -> None:
        """Starts the clock for the next request."""
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        """Starts the clock for a client that does not read, and makes room if too many do not."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.read_seconds, self.transport.abort)
        self._cut_longest_unread()

    def resume_writing(self) -> None:
        """Stops the clock once the client has read almost all."""
        super().resume_writing()
        self._read()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Handles a client that sends nothing more. True keeps the connection open until its request is answered."""
        if self._is_answering() and not self.cycle.more_body:
            self.cycle.keep_alive = False
            return True
        if self._has_begun():
            self._refuse(HTTPStatus.BAD_REQUEST, "The request ended before it was whole")
        return False

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _close_longest_waiting(self) -> None:
        waiting = [each for each in self.connections if isinstance(each, PatientConnection) and each._waiting]
        first = min(waiting, key=lambda each: each._waiting.when() if each._waiting else 0.0, default=self)
        first.transport.close()
        self.connections.discard(first)

    def _cut_longest_unread(self) -> None:
        waiting = [each for each in self.connections if isinstance(each, PatientConnection) and each._unread]
        waiting.sort(key=lambda each: each._unread.when() if each._unread else 0.0)
        unread = sum(each.transport.get_write_buffer_size() for each in waiting)
        for each in waiting[:-1]:
            if unread <= self.most_unread_bytes:
                break
            unread -= each.transport.get_write_buffer_size()
            each.transport.abort()

    def _wait(self) -> None:
        """Starts the clock if the connection waits for a request, and stops it if not."""
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
        """Whether a request has begun that is not answered yet."""
        return self._is_answering() or bool(self.conn.trailing_data[0])


def patient_connection(read_seconds: float, most_unread_bytes: int, most_connections: int) -> type[PatientConnection]:
    """The class of connections with these limits; Uvicorn makes them by itself."""
    limits = {
        "read_seconds": read_seconds,
        "most_unread_bytes": most_unread_bytes,
        "most_connections": most_connections,
    }
    return type("PatientConnection", (PatientConnection,), limits)
