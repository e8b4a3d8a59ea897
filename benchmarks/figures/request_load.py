"""Loads a server with requests. Clients send prepared bytes and do not parse answers, so they measure the server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

import grpc

_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_CHANNEL_OPTIONS = (
    # Without this, all channels of a process share one connection.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", -1),
)
_TIMEOUT_S = 60.0
_HEADER_END = b"\r\n\r\n"
_LENGTH = b"content-length:"

Ask = Callable[[bytes], None]
"""A function that sends a request and waits for the whole answer."""
Client = Callable[[], AbstractContextManager[Ask]]
"""A function that opens a connection."""


@dataclass(frozen=True)
class Load:
    """What the clients measured.

    Attributes:
        seconds: The time from the first request to the last answer.
        latencies: The latency of each request in seconds.
    """

    seconds: float
    latencies: tuple[float, ...]


@contextmanager
def grpc_client(address: str) -> Iterator[Ask]:
    """A client that sends serialized PredictRequests. It raises `grpc.RpcError` if the server refuses one."""
    with grpc.insecure_channel(address, options=_CHANNEL_OPTIONS) as channel:
        predict = channel.unary_unary(_PREDICT)

        def ask(message: bytes) -> None:
            predict(message, timeout=_TIMEOUT_S)

        yield ask


@contextmanager
def rest_client(address: str) -> Iterator[Ask]:
    """A client that sends whole HTTP requests, with headers. It raises `ConnectionError` if the server refuses one."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=_TIMEOUT_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(request: bytes) -> None:
            connection.sendall(request)
            answer = b""
            while _HEADER_END not in answer:
                answer += _received(connection)
            head, _, body = answer.partition(_HEADER_END)
            left = _content_length(head) - len(body)
            while left > 0:
                left -= len(_received(connection))
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(f"{address} refused: {answer!r:.300}")

        yield ask


def rest_request(model: str, body: bytes) -> bytes:
    """Returns a predict request as it goes over the wire."""
    head = f"POST /v1/models/{model}:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def run(client: Client, requests: Sequence[bytes], clients: int, seconds: float) -> Load:
    """Runs several clients for some time. Each has its own connection and sends one request after the other.

    Args:
        client: Opens a connection.
        requests: The requests, sent in turn.
        clients: The number of clients.
        seconds: How long they send.
    """
    latencies: list[float] = []
    failures: list[Exception] = []
    ready = threading.Barrier(clients + 1)

    def work(number: int) -> None:
        try:
            with client() as ask:
                ask(requests[number % len(requests)])
                ready.wait(_TIMEOUT_S)
                end = time.perf_counter() + seconds
                turn = number
                while (begin := time.perf_counter()) < end:
                    ask(requests[turn % len(requests)])
                    latencies.append(time.perf_counter() - begin)
                    turn += 1
        except Exception as error:
            failures.append(error)
            ready.abort()

    threads = [threading.Thread(target=work, args=[number], daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    with suppress(threading.BrokenBarrierError):
        ready.wait(_TIMEOUT_S)
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return Load(time.perf_counter() - begin, tuple(latencies))


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 16)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def _content_length(head: bytes) -> int:
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(_LENGTH)]
    return int(lengths[0]) if lengths else 0
