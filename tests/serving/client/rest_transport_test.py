"""What a REST server may answer that is no answer of TF Serving; played by a few lines of HTTP."""

import asyncio
import http.server
import threading

import pytest

from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.client.requests import RankRequest
from serving.client.rest_transport import AsyncRestTransport
from serving.client.retry import RetryPolicy


@pytest.fixture
def scripted():
    """A server that answers each POST with the next (code, body) of `answers`, and counts."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            code, body = answers[min(len(seen), len(answers) - 1)]
            seen.append(self.path)
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.headers["Content-Length"] = "0"
            self.do_POST()

        def log_message(self, *arguments):
            pass

    answers, seen = [], []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"127.0.0.1:{server.server_port}", answers, seen
    server.shutdown()
    thread.join()
    server.server_close()


def ask(address, attempts=1):
    retry = RetryPolicy(attempts=attempts, first_wait_s=0.001)
    with RankingClient(address, "shop", timeout_s=30, retry=retry) as client:
        return client.rank(RankRequest("1", ("a",)))


def test_calls_the_predict_path_of_the_model(scripted):
    address, answers, seen = scripted
    answers.append((200, b'{"outputs": [[0.5]]}'))
    assert [item.score for item in ask(address)] == [0.5]
    assert seen == ["/v1/models/shop:predict"]


def test_503_is_tried_again(scripted):
    address, answers, seen = scripted
    answers += [(503, b'{"error": "loading"}'), (503, b""), (200, b'{"outputs": [[0.5]]}')]
    assert [item.score for item in ask(address, attempts=3)] == [0.5]
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("code", "body", "name", "message"),
    [
        (400, b'{"error": "bad"}', "INVALID_ARGUMENT", "bad"),
        (404, b"Not Found", "UNKNOWN", r"another program listens there, not a model server \(HTTP 404, "),
        (429, b"[]", "RESOURCE_EXHAUSTED", "HTTP 429 Too Many Requests"),
        (504, b'{"error": "late"}', "DEADLINE_EXCEEDED", "late"),
        (418, b"teapot", "UNKNOWN", r"another program .* \(HTTP 418, "),
        (200, b"hello", "UNKNOWN", r"another program .* \(HTTP 200, "),
        (200, b'{"outputs": [["x"]]}', "INTERNAL", "not an answer of the rank signature: could not convert string"),
        (200, b'{"outputs": [1]}', "INTERNAL", "not an answer of the rank signature: .*not iterable"),
        (200, b'{"outputs": {"logits": [[1]]}}', "INTERNAL", "not an answer of the rank signature: .*logits"),
        (200, b'{"outputs": "x"}', "INTERNAL", "not an answer of the rank signature"),
        (200, b'{"predictions": []}', "INTERNAL", "not an answer of the rank signature"),
    ],
)
def test_other_answers_are_errors_and_not_tried_again(scripted, code, body, name, message):
    address, answers, seen = scripted
    answers.append((code, body))
    with pytest.raises(CallError, match=message) as caught:
        ask(address, attempts=3)
    assert caught.value.code == name
    assert len(seen) == 1


@pytest.mark.parametrize("body", [b"{}", b'{"metadata": {"signature_def": []}}'])
def test_metadata_without_signatures(scripted, body):
    address, answers, _ = scripted
    answers.append((200, body))
    with RankingClient(address, "shop") as client, pytest.raises(CallError, match="not an answer that tells the sig"):
        client.signature_names()


def test_may_be_made_before_there_is_an_event_loop(rank_server):
    transport = AsyncRestTransport(rank_server.rest_address, "shop", timeout_s=30)

    async def run():
        names = await transport.signature_names()
        await transport.close()
        return names

    assert asyncio.run(run()) == {"rank"}
