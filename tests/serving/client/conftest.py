"""Both clients, over both protocols, asked alike; and servers that a few lines play."""

import asyncio
import contextlib
import http.server
import threading
from dataclasses import dataclass

import pytest

from serving.client.async_client import AsyncRankingClient
from serving.client.ranking_client import RankingClient, WireProtocol


class Awaited:
    """An `AsyncRankingClient` that is asked as if it were a `RankingClient`; made before there is an event loop."""

    def __init__(self, *arguments, **settings):
        self._client = AsyncRankingClient(*arguments, **settings)
        self._loop = asyncio.new_event_loop()

    def __getattr__(self, name):
        def wait_for(*arguments, **named):
            return self._loop.run_until_complete(getattr(self._client, name)(*arguments, **named))

        return wait_for

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
        self._loop.close()


@dataclass(frozen=True)
class Way:
    """A client, and the protocol that it speaks."""

    client_class: type
    protocol: WireProtocol

    def __str__(self):
        return f"{self.client_class.__name__}-{self.protocol.name}"

    def address(self, server):
        return server.rest_address if self.protocol is WireProtocol.REST else server.grpc_address

    def client(self, address, model_name="shop", timeout_s=30, **settings):
        return self.client_class(address, model_name, self.protocol, timeout_s, **settings)


@pytest.fixture(params=[Way(each, protocol) for each in (RankingClient, Awaited) for protocol in WireProtocol], ids=str)
def way(request):
    """Each client over each protocol."""
    return request.param


@pytest.fixture(params=[RankingClient, Awaited])
def client_class(request):
    """Each client."""
    return request.param


@contextlib.contextmanager
def _played_rest(*answers, tls=None):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            server.connections += 1

        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            code, body = answers[min(len(server.calls), len(answers) - 1)]
            server.calls.append(f"{self.command} {self.path}")
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.address, server.calls, server.connections = f"127.0.0.1:{server.server_port}", [], 0
    server.handle_error = lambda *arguments: None
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def played_rest():
    """Plays a server that answers with each (HTTP code, body) in turn, and with the last one again and again.

    It has an `address`, the `calls` that came, as method and path, and the number of `connections`.
    """
    return _played_rest
