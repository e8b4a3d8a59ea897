import contextlib
import json

import pytest

from benchmarks.figures import request_load


def test_answers_are_read_to_their_end_and_refusals_are_raised(half_plus_two_server):
    body = json.dumps({"inputs": [0.5] * 10_000}).encode()  # The answer does not come in one piece.
    with request_load.rest_client(half_plus_two_server.rest_address) as ask:
        ask(request_load.rest_request("half", body))
        ask(request_load.rest_request("half", body))
        with pytest.raises(ConnectionError, match="refused: b'HTTP/1.1 404"):
            ask(request_load.rest_request("none", body))


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
