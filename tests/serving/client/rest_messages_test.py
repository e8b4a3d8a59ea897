"""REST's messages without a server; with one: `rest_transport_test.py` and `async_client_test.py`."""

import httpx
import pytest

from serving.client.call import Call, CallError
from serving.client.rest_messages import RestMessages

MESSAGES = RestMessages("shop:1", "a/b")
CALL = Call("rank", {"candidates": [["x"]]}, ("scores",))


def test_requests_name_the_model():
    assert MESSAGES.predict(CALL)[:2] == ("POST", "/v1/models/a%2Fb:predict")
    assert MESSAGES.metadata() == ("GET", "/v1/models/a%2Fb/metadata", None)
    assert MESSAGES.status() == ("GET", "/v1/models/a%2Fb", None)


def test_an_only_output_goes_without_its_name():
    response = httpx.Response(200, json={"outputs": [[0.5]]})
    assert MESSAGES.outputs(CALL, response) == {"scores": [[0.5]]}


@pytest.mark.parametrize(
    ("http_code", "code"),
    [
        (400, "INVALID_ARGUMENT"),
        (408, "DEADLINE_EXCEEDED"),
        (413, "RESOURCE_EXHAUSTED"),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
        (418, "UNKNOWN"),
    ],
)
def test_codes(http_code, code):
    with pytest.raises(CallError, match="too bad") as caught:
        MESSAGES.outputs(CALL, httpx.Response(http_code, json={"error": "too bad"}))
    assert (caught.value.code, caught.value.address) == (code, "shop:1")


@pytest.mark.parametrize(
    ("failure", "code", "message"),
    [
        (httpx.ConnectTimeout("slow"), "UNAVAILABLE", "no connection in time: slow"),
        (httpx.ReadTimeout(""), "DEADLINE_EXCEEDED", "no answer in time"),
        (httpx.RemoteProtocolError(""), "UNAVAILABLE", "RemoteProtocolError"),
    ],
)
def test_what_goes_wrong_on_the_way(failure, code, message):
    with pytest.raises(CallError) as caught, MESSAGES.failures():
        raise failure
    assert (caught.value.code, caught.value.message) == (code, message)
