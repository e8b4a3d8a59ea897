"""A real server on this machine, which answers as a test wants."""

import logging

import pytest

from serving.local_server.port_check import listening
from tests.support.webhook_server import PATH
from tfx_pipeline.hooks import webhook

NEWS = {"name": "Läden", "state": "pushed"}


def send(url, attempts=3, timeout_s=20.0):
    waits = []
    return webhook.send(url, NEWS, timeout_s, attempts, waits.append), waits


def test_the_object_arrives_as_json(answering):
    server = answering(204)
    assert send(server.url) == ("", [])
    assert server.got == [(PATH, "application/json", NEWS)]


def test_it_is_tried_again_where_the_other_side_is_not_ready(answering):
    server = answering(503, 429, 200)
    assert send(server.url) == ("", [1.0, 2.0])
    assert len(server.got) == 3
    server = answering(500, 502, 503)
    assert send(server.url) == ("the answer was 503, 3 times", [1.0, 2.0])
    assert send(answering(500).url, attempts=1) == ("the answer was 500", [])


@pytest.mark.parametrize("code", [404, 410, 302, 307])
def test_a_refusal_is_not_repeated_and_a_redirection_not_followed(answering, code):
    server = answering(code, 200)
    assert send(server.url) == (f"the answer was {code}", [])
    assert len(server.got) == 1


def test_a_server_that_says_nothing_is_not_waited_for(answering):
    server = answering(200, 200, silent_s=60)
    assert send(server.url, attempts=2, timeout_s=0.2) == ("no answer within 0.2 s, 2 times", [1.0])


def test_nobody_there():
    with listening("127.0.0.1", 0, backlog=1) as found:
        port = found.getsockname()[1]
    why, waits = send(f"http://127.0.0.1:{port}{PATH}", attempts=5)
    assert why == "no connection (ConnectError), 5 times" and waits == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    "url", ["T0KEN", "file:///T0KEN", "http://a:T0KEN/", "https://T0KEN:S3CRET@[::1", "http://a/\x00T0KEN"]
)
def test_what_is_no_url_is_told_without_it(url):
    why, _ = send(url, attempts=1)
    assert why and "T0KEN" not in why and "S3CRET" not in why


def test_no_message_of_any_library_has_the_token(answering, caplog):
    caplog.set_level(logging.DEBUG)
    before = logging.getLogger("httpx").level
    for server in (answering(200), answering(302), answering(500)):
        send(server.url, attempts=1)
    send("http://127.0.0.1:9" + PATH, attempts=1)
    assert "T0KEN" not in caplog.text and "S3CRET" not in caplog.text
    assert logging.getLogger("httpx").level == before  # What others log is theirs.
