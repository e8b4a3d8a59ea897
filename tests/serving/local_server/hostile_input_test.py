"""What a server does with those who mean it no good: a clear answer to each, memory within bounds, and it lives on."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import grpc
import numpy as np
import pytest
import tensorflow as tf

from schemas import signatures
from serving.client.requests import RankRequest, rank_call, similar_items_call
from serving.local_server.child_process import child_process, first_line_with
from tests.support.local_servers import NO_PROXY, grpc_error, predictions, rest_client, spoken
from tests.support.retrieval_models import save_retrieval_model
from tests.support.tf_serving_requests import of_call, predict, spec
from tests.support.vector_models import vector_signatures

CATALOGUE = {"a": 1.0, "b": 2.0}
RECEIVE_SECONDS = 3
MOST_MEMORY_MIB = 700
"""That the server may come to hold beyond what it holds at rest, after all that is sent here."""
ANY_LENGTH = ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)
PATH = "/v1/models/shop:predict"


class Served:
    """A server in a process of its own, whose memory can be told."""

    def __init__(self, process, addresses):
        self.grpc_address, self.rest_address = addresses
        self._status = Path(f"/proc/{process.pid}/status")

    def peak_mib(self):
        return int(re.findall(r"^VmHWM:\s+(\d+) kB$", self._status.read_text(), re.MULTILINE)[0]) // 2**10

    def connection(self):
        host, port = self.rest_address.split(":")
        return socket.create_connection((host, int(port)), timeout=60)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("hostile")
    save_retrieval_model(base_path / "1", CATALOGUE, further=vector_signatures(CATALOGUE))
    command = [sys.executable, "-m", "serving.local_server.launch", "--until_input_ends", "--model_name", "shop"]
    command += ["--model_base_path", str(base_path), "--port", "0", "--rest_api_port", "0"]
    command += ["--rest_api_receive_seconds", str(RECEIVE_SECONDS)]
    with child_process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        line = first_line_with(process.stdout, "Serving")
        server = Served(process, re.search(r"gRPC (\S+), REST http://(\S+)", line).groups())
        with rest_client(server) as client:
            while "AVAILABLE" not in client.get("/v1/models/shop").text:
                time.sleep(0.05)
        yield server


@pytest.fixture
def rest(served):
    with rest_client(served) as client:
        yield client


@pytest.fixture
def stub(served):
    with predictions(served.grpc_address, *ANY_LENGTH) as stub:
        yield stub


@pytest.fixture(autouse=True)
def lives_on(served, rest, stub):
    """After each test the server answers both ways."""
    yield
    call = rank_call([RankRequest("1", ("a", "b"))])
    assert rest.post(PATH, content=call.rest_body()).json() == {"outputs": [[1.0, 2.0]]}
    assert list(stub.Predict(of_call(call), timeout=60).outputs["scores"].float_val) == [1.0, 2.0]


@pytest.fixture(autouse=True, scope="module")
def bounded_memory(served):
    """After all tests the server has not held much more than at rest."""
    at_rest = served.peak_mib()
    yield
    assert served.peak_mib() - at_rest < MOST_MEMORY_MIB, (at_rest, served.peak_mib())


def error_of(response):
    assert response.headers["content-type"] == "application/json"
    return response.status_code, response.json()["error"]


def head(*headers):
    """The head of a predict request."""
    return "\r\n".join([f"POST {PATH} HTTP/1.1", "Host: a", *headers, "", ""]).encode()


TOO_LONG = (
    f"The request's body is longer than {64 * 2**20} bytes. "
    "Send several smaller requests, or start the server with a larger --rest_api_max_body_bytes."
)
CHUNK = b"1," * 500_000


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_of_100_megabytes(rest, is_announced):
    headers = {"Content-Length": str(100 * len(CHUNK))} if is_announced else {}
    response = rest.post(PATH, content=(CHUNK for _ in range(100)), headers=headers)
    assert error_of(response) == (413, TOO_LONG)


def test_whoever_asks_for_leave_to_send_too_much_gets_none(served):
    with served.connection() as connection:
        connection.sendall(head("Content-Length: 100000000", "Expect: 100-continue"))
        answer = spoken(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert TOO_LONG.encode() in answer


def test_a_message_of_100_megabytes(stub):
    request = predict(spec("shop", signatures.RANK), user_id=np.zeros(25_000_000, np.float32))
    code, message = grpc_error(stub.Predict, request)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert f"vs. {64 * 2**20}" in message


def test_a_message_that_claims_to_hold_more_than_it_does(stub):
    request = of_call(rank_call([RankRequest("1", ("a",))]))
    for axes, said in (
        ([2**40], "Input user_id has 1099511627776 rows; a request may have 10000."),
        ([2**10, 2**10], "The inputs have 1048581 values; a request may have 250000."),
        ([2**63 - 1, 0], "Input user_id has 9223372036854775807 rows; a request may have 10000."),
        ([1] * 40, "Input user_id has 40 axes; a tensor may have 32."),
        ([-5], "tensor parsing error: user_id"),
        # A text of two thousand bytes, ten thousand times.
        ([10_000], "tensor parsing error: user_id"),
    ):
        request.inputs["user_id"].string_val[:] = [b"x" * 2000]
        del request.inputs["user_id"].tensor_shape.dim[:]
        for size in axes:
            request.inputs["user_id"].tensor_shape.dim.add(size=size)
        code, message = grpc_error(stub.Predict, request)
        assert (code, message[: len(said)]) == (grpc.StatusCode.INVALID_ARGUMENT, said)


@pytest.mark.parametrize("depth", [500, 900, 500_000])
def test_deep_json(rest, depth):
    response = rest.post(PATH, content=b'{"signature_name": "rank", "inputs": ' + b"[" * depth + b"]" * depth + b"}")
    code, message = error_of(response)
    assert code == 400
    assert message.startswith(("inputs is a plain value/list", "JSON Parse error: Too many values nested"))


@pytest.mark.parametrize("inputs", ["[" * 900 + "]" * 900, json.dumps(["x" * 99] * 100_000)])
def test_deep_and_long_json_that_an_error_would_quote(rest, inputs):
    body = f'{{"signature_name": "rank", "instances": 1, "inputs": {inputs}}}'
    code, message = error_of(rest.post(PATH, content=body))
    assert code == 400
    assert message.startswith("JSON Value: {")
    assert "...TRUNCATED Not formatted correctly" in message
    assert len(message) < 70_000


def test_very_many_candidates(rest, stub):
    call = rank_call([RankRequest("1", ("a", "b", "x", "y") * 50_000)])
    (scores,) = rest.post(PATH, content=call.rest_body()).json()["outputs"]
    assert scores == [1.0, 2.0, 0.0, 0.0] * 50_000
    answer = tf.make_ndarray(stub.Predict(of_call(call), timeout=60).outputs["scores"])
    assert answer.tolist() == [scores]


def test_a_million_candidates(rest, stub):
    call = rank_call([RankRequest("1", ("a", "b", "x", "y") * 250_000)])
    said = "The inputs have 1000005 values; a request may have 250000. Send several smaller requests, or start"
    code, message = error_of(rest.post(PATH, content=call.rest_body()))
    assert (code, message[: len(said)]) == (400, said)
    code, message = grpc_error(stub.Predict, of_call(call))
    assert (code, message[: len(said)]) == (grpc.StatusCode.INVALID_ARGUMENT, said)


def test_a_negative_k(rest, stub):
    call = similar_items_call("a", k=1)
    call.inputs["k"][0] = -1
    code, message = error_of(rest.post(PATH, content=call.rest_body()))
    assert (code, "Need k >= 0, got -1" in message) == (400, True)
    code, message = grpc_error(stub.Predict, of_call(call))
    assert (code, "Need k >= 0, got -1" in message) == (grpc.StatusCode.INVALID_ARGUMENT, True)


def test_bytes_that_are_no_utf8(rest, served, stub):
    code, message = error_of(rest.post("/v1/models/%ff:predict", content=b"{}"))
    assert (code, message) == (404, "Servable not found for request: Latest(\ufffd)")
    assert error_of(rest.post(PATH, content=b"\xff\xfe"))[0] == 400
    body = rank_call([RankRequest("1", ("a", "b"))]).rest_body()
    assert rest.post(PATH, content=body.replace(b'"b"', b'"\xff"')).json() == {"outputs": [[1.0, 0.0]]}
    request = of_call(rank_call([RankRequest("1", ("a", "b"))]))
    request.inputs["candidates"].string_val[1] = b"\xff"
    assert list(stub.Predict(request, timeout=60).outputs["scores"].float_val) == [1.0, 0.0]
    with grpc.insecure_channel(served.grpc_address, options=NO_PROXY) as channel:
        # Field 1, the spec, whose field 1 is the name.
        call = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        code, message = grpc_error(call, b"\x0a\x03\x0a\x01\xff")
    assert code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.NOT_FOUND)
    assert message


def test_a_slow_client(served):
    """It sends a byte of its body now and then; `rest/http_connection_test.py` has one with slow headers."""
    with served.connection() as connection:
        connection.sendall(head("Content-Length: 30") + b"{")
        end = time.monotonic() + RECEIVE_SECONDS - 0.5
        while time.monotonic() < end:
            connection.sendall(b" ")
            time.sleep(0.25)
        answer = spoken(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    message = f"The request's body did not arrive in {RECEIVE_SECONDS} s"
    assert answer.endswith(f'{{\n    "error": "{message}"\n}}'.encode())


def test_half_closed_connections(served):
    """The client says that it will send nothing more: a whole request is answered, any other refused."""
    body = rank_call([RankRequest("1", ("a", "b"))]).rest_body()
    whole = head(f"Content-Length: {len(body)}") + body
    for sent, code, ending in (
        (whole, b"200", b'{\n    "outputs": [[1.0, 2.0]]\n}'),
        (whole[:-9], b"400", b'{\n    "error": "The request ended before it was whole"\n}'),
        (whole[:9], b"400", b'{\n    "error": "The request ended before it was whole"\n}'),
        (b"", b"", b""),
    ):
        with served.connection() as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = spoken(connection)
        assert answer.startswith(b"HTTP/1.1 " + code if code else b"")
        assert answer.endswith(ending)
        assert bool(answer) == bool(code)


def test_a_thousand_idle_connections(served, rest):
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(served.connection()) for _ in range(1000)]
        assert rest.get("/v1/models/shop").status_code == 200
        # None of them is kept for ever.
        assert {connection.recv(1) for connection in idle} == {b""}


def test_what_is_no_http(served):
    for port in (served.rest_address, served.grpc_address):
        host, _, number = port.rpartition(":")
        with socket.create_connection((host, int(number)), timeout=60) as connection:
            connection.sendall(b"\x00\xff" * 5000 + b"\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                spoken(connection)
