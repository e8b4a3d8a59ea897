"""Clients against servers that a few lines play."""

import contextlib
import http.server
import threading

import pytest

from benchmarks.figures import request_load


@pytest.fixture
def rest_server():
    """Answers 200 to the path that holds `good`, else 400; counts requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = b"x" * 100_000
            self.send_response(200 if "good" in self.path else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_answers_are_read_to_their_end_and_refusals_are_raised(rest_server):
    address, seen = rest_server
    with request_load.rest_client(address) as ask:
        ask(request_load.rest_request("good", b"first"))
        ask(request_load.rest_request("good", b"second"))
        with pytest.raises(ConnectionError, match="refused: b'HTTP/1.1 400"):
            ask(request_load.rest_request("bad", b"third"))
    assert seen == [b"first", b"second", b"third"]


def test_every_client_asks_each_request_in_turn():
    asked = []

    @contextlib.contextmanager
    def client():
        mine = []
        asked.append(mine)
        yield mine.append

    load = request_load.run(client, [b"a", b"b"], clients=3, seconds=0.02)
    assert len(asked) == 3
    for mine in asked:
        # The first is asked to open the connection, and not counted.
        assert mine[1:5] in ([b"a", b"b"] * 2, [b"b", b"a"] * 2)
    assert len(load.latencies) == sum(len(mine) - 1 for mine in asked)
    assert load.seconds >= 0.02


def test_a_client_that_fails_ends_the_load():
    @contextlib.contextmanager
    def client():
        yield fail

    def fail(request):
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        request_load.run(client, [b"a"], clients=2, seconds=60)
