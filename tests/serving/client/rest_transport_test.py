"""REST against a played server: where calls go, and which answers are tried again."""

import pytest

from serving.client.answers import RankedItem
from serving.client.call import CallError
from serving.client.requests import RankRequest
from serving.client.retry import RetryPolicy

ANSWER = (200, b'{"outputs": [[0.5]]}')


def ask(client_class, address):
    with client_class(address, "shop", retry=RetryPolicy(attempts=3, first_wait_s=0.001)) as client:
        return client.rank(RankRequest("1", ("a",)))


def test_503_is_tried_again(played_rest, client_class):
    with played_rest((503, b'{"error": "loading"}'), (503, b""), ANSWER) as server:
        assert ask(client_class, server.address) == [RankedItem("a", 0.5)]
    assert server.calls == ["POST /v1/models/shop:predict"] * 3


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, b'{"error": "bad"}'), "INVALID_ARGUMENT"),
        ((404, b"Not Found"), "UNKNOWN"),
        ((504, b""), "DEADLINE_EXCEEDED"),
        ((200, b'{"outputs": [["x"]]}'), "INTERNAL"),
    ],
)
def test_nothing_else_is_tried_again(played_rest, client_class, answer, code):
    with played_rest(answer) as server, pytest.raises(CallError) as caught:
        ask(client_class, server.address)
    assert (caught.value.code, caught.value.address, len(server.calls)) == (code, server.address, 1)
