"""A server on this machine that takes what is posted to it, and answers as a test wants."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator, Sequence

PATH = "/services/T0KEN?key=S3CRET"
"""What it is posted to. Both capital words are secrets."""


class WebhookServer(http.server.ThreadingHTTPServer):
    """Answers with one code after the other.

    Attributes:
        got: The path, the type and the object of each call.

    Args:
        codes: The answers.
        silent_s: How many seconds it says nothing before each.
    """

    def __init__(self, codes: Sequence[int], silent_s: float = 0.0):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.codes, self.got, self.is_over = list(codes), [], threading.Event()
        self.silent_s = silent_s

    @property
    def url(self) -> str:
        """Where it is called."""
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.server.is_over.wait(self.server.silent_s)
        with contextlib.suppress(OSError):
            self.send_response(self.server.codes.pop(0))
            self.send_header("Location", f"http://127.0.0.1:9{PATH}")
            self.end_headers()

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def serving(codes: Sequence[int], silent_s: float = 0.0) -> Iterator[WebhookServer]:
    """Serves within this context."""
    with WebhookServer(codes, silent_s) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            server.shutdown()
            thread.join()
