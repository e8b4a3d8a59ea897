"""REST's messages without a server; with one: `transport_test.py` and `rest_transport_test.py`."""

import re
import ssl

import httpx
import pytest

from serving.client.call import Call, CallError
from serving.client.rest_messages import RestMessages

MESSAGES = RestMessages("shop:1", "a/b")
CALL = Call("rank", {"candidates": [["x"]]}, ("scores",))
NO_ANSWER = "not an answer of the rank signature: "
OTHER_PROGRAM = "another program listens there, not a model server"


@pytest.mark.parametrize("outputs", [[[0.5]], {"scores": [[0.5]]}])
def test_an_only_output_may_go_without_its_name(outputs):
    assert MESSAGES.outputs(CALL, httpx.Response(200, json={"outputs": outputs})) == {"scores": [[0.5]]}


@pytest.mark.parametrize(
    ("http_code", "body", "code", "message"),
    [
        (400, '{"error": "too bad"}', "INVALID_ARGUMENT", "too bad"),
        (408, '{"error": "too slow"}', "DEADLINE_EXCEEDED", "too slow"),
        (413, '{"error": "too much"}', "RESOURCE_EXHAUSTED", "too much"),
        (503, '{"error": "not yet"}', "UNAVAILABLE", "not yet"),
        (504, '{"error": "too late"}', "DEADLINE_EXCEEDED", "too late"),
        (418, '{"error": "teapot"}', "UNKNOWN", "teapot"),
        (400, '{"error": {"code": 3}}', "INVALID_ARGUMENT", "{'code': 3}"),
        # What stands in front of a model server may answer so in its place.
        (429, "[]", "RESOURCE_EXHAUSTED", "HTTP 429 Too Many Requests"),
        (404, "Not Found", "UNKNOWN", f"{OTHER_PROGRAM} (HTTP 404, text/plain)"),
        (418, "teapot", "UNKNOWN", f"{OTHER_PROGRAM} (HTTP 418, text/plain)"),
        (200, "hello", "UNKNOWN", f"{OTHER_PROGRAM} (HTTP 200, text/plain)"),
        (200, '{"outputs": {"logits": [[1]]}}', "INTERNAL", NO_ANSWER + "{'outputs': {'logits': [[1]]}}"),
        (200, '{"predictions": []}', "INTERNAL", NO_ANSWER + "{'predictions': []}"),
    ],
)
def test_refusals_and_what_is_no_answer(http_code, body, code, message):
    with pytest.raises(CallError) as caught:
        MESSAGES.outputs(CALL, httpx.Response(http_code, text=body))
    assert (caught.value.code, caught.value.message, caught.value.address) == (code, message, "shop:1")


def test_text_in_place_of_several_outputs():
    call = Call("recommend", {"k": [1]}, ("items", "scores"))
    with pytest.raises(CallError, match=re.escape("not an answer of the recommend signature: {'outputs': 'x'}")):
        MESSAGES.outputs(call, httpx.Response(200, json={"outputs": "x"}))


@pytest.mark.parametrize("states", [{}, {"model_version_status": 1}, {"model_version_status": [{"version": "new"}]}])
def test_a_status_without_versions(states):
    with pytest.raises(CallError, match="not an answer that tells the versions: {"):
        MESSAGES.version_states(httpx.Response(200, json=states))


@pytest.mark.parametrize("metadata", [{}, {"metadata": {"signature_def": []}}])
def test_metadata_without_signatures(metadata):
    with pytest.raises(CallError, match="not an answer that tells the signatures: {"):
        MESSAGES.signature_names(httpx.Response(200, json=metadata))


@pytest.mark.parametrize(
    ("failure", "code", "message"),
    [
        (httpx.ConnectTimeout("slow"), "UNAVAILABLE", "no connection in time: slow"),
        (httpx.ReadTimeout(""), "DEADLINE_EXCEEDED", "no answer in time"),
        (httpx.RemoteProtocolError(""), "UNAVAILABLE", "RemoteProtocolError"),
        (ssl.SSLError(1, "certificate required"), "UNAVAILABLE", "certificate required"),
    ],
)
def test_what_goes_wrong_on_the_way(failure, code, message):
    with pytest.raises(CallError) as caught, MESSAGES.failures():
        raise failure
    assert (caught.value.code, caught.value.message) == (code, message)
