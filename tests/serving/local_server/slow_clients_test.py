"""Clients that do not send what they began, or do not read what they asked for."""

import contextlib
import json
import socket
import threading
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_service_pb2_grpc

from tests.support.local_servers import NO_PROXY, free_ports, rest_client, serving
from tests.support.tf_serving_models import PREDICT, half_plus, save_graph
from tests.support.tf_serving_requests import predict, spec

v1 = tf.compat.v1
SECONDS = 0.5
PATH = "/v1/models/small:predict"
PREDICT_METHOD = "/tensorflow.serving.PredictionService/Predict"
MANY = json.dumps({"signature_name": "many", "inputs": 20_000}).encode()
"""Asks for 20 MB, more than the system takes for a client that reads nothing."""
SMALL = b'{"inputs": [[2.0]]}'
UNREAD_BYTES = 30_000_000


def _signatures():
    count = v1.placeholder(tf.int32, [], name="count")
    return {
        "serving_default": half_plus(2.0),
        "many": (PREDICT, {"count": count}, {"texts": tf.fill(tf.reshape(count, [1]), "x" * 1000)}),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow") / "small"
    save_graph(folder / "1", _signatures)
    return folder


@pytest.fixture(scope="module")
def server(folder):
    config = free_ports(
        "small",
        folder,
        rest_api_max_body_bytes=UNREAD_BYTES // 2,
        grpc_max_message_bytes=UNREAD_BYTES // 2,
        answer_read_seconds=SECONDS,
        grpc_receive_seconds=SECONDS,
        drain_seconds=0.1,
    )
    with serving(config, 1) as server:
        yield server


@pytest.fixture(scope="module")
def patient_server(folder):
    """It gives all the time that anybody may want, but not all the memory."""
    config = free_ports(
        "small",
        folder,
        rest_api_max_body_bytes=UNREAD_BYTES // 2,
        grpc_max_message_bytes=UNREAD_BYTES // 2,
        answer_read_seconds=3600.0,
        grpc_receive_seconds=3600.0,
        drain_seconds=0.1,
        max_requests_under_way=8,
    )
    with serving(config, 1) as server:
        yield server


def asking(server, *bodies):
    """A connection that has sent these requests and reads nothing. Of the last body it sends what the server takes."""
    connection = socket.create_connection(("127.0.0.1", server.rest_api_port), timeout=30)
    for body in bodies[:-1]:
        connection.sendall(_head(body) + body)
    threading.Thread(target=_send, args=[connection, _head(bodies[-1]) + bodies[-1]], daemon=True).start()
    return connection


def _head(body):
    return f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()


def _send(connection, text):
    with contextlib.suppress(OSError):
        connection.sendall(text)


def is_cut(connection):
    """Whether the server ends the connection before the answer ends."""
    said = b""
    try:
        while not said.endswith(b"}"):
            part = connection.recv(2**20)
            if not part:
                return True
            said = said[-1:] + part
    except ConnectionError:
        return True
    return False


def await_that(is_so):
    """Waits until it is so, or for so long that it will never be."""
    end = time.monotonic() + 30
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)


def answers(server, body=SMALL):
    with rest_client(server) as client:
        return client.post(PATH, content=body).json() == {"outputs": [[3.0]]}


def test_an_answer_that_is_not_read_is_given_up_and_holds_back_nobody(server):
    behind = b" " * (UNREAD_BYTES // 2)
    connections = [asking(server, MANY, behind) for _ in range(2)]
    for each in connections:
        each.recv(1, socket.MSG_PEEK)  # The answer is under way.
    # What stands behind the answers is all that bodies may be at a time.
    assert answers(server)
    await_that(lambda: not server._rest.server_state.connections)
    assert [is_cut(each) for each in connections] == [True, True]


def test_what_stands_behind_unread_answers_holds_back_nobody(patient_server):
    """The bodies behind are as much as may be at a time, and the answers to them wait, too."""
    connections = [asking(patient_server, MANY, b" " * (UNREAD_BYTES // 2)) for _ in range(2)]
    for each in connections:
        each.recv(1, socket.MSG_PEEK)
    large = SMALL[:-1] + b" " * (UNREAD_BYTES // 2 - len(SMALL)) + b"}"  # As large as one may be.
    await_that(lambda: answers(patient_server, large))
    assert answers(patient_server, large)
    for each in connections:
        each.close()


def test_an_answer_that_is_read_in_time_comes_whole(server):
    with rest_client(server) as client:
        answer = client.post(PATH, content=MANY).json()["outputs"]
    assert answer == ["x" * 1000] * 20_000


def test_unread_answers_fill_no_memory(patient_server):
    """They may have as many bytes together as bodies. The one that waits longest is given up."""
    connections = []
    for _ in range(3):
        connections.append(asking(patient_server, MANY))
        connections[-1].recv(1, socket.MSG_PEEK)  # The answer is under way.
    assert [is_cut(each) for each in (connections[0], connections[2])] == [True, False]
    assert answers(patient_server)


@contextlib.contextmanager
def channel(server):
    options = [*NO_PROXY, ("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(server.grpc_address, options=options) as channel:
        yield channel


def unread(channel):
    """A call whose answer is not read: as of a stream, gRPC takes the next message only once it is asked for."""
    request = predict(spec("small", "many"), count=np.int32(20_000))
    return channel.unary_stream(PREDICT_METHOD)(request.SerializeToString(), timeout=600)


def ended(*calls):
    """The codes of these calls, once all have ended."""
    await_that(lambda: not any(each.is_active() for each in calls))
    assert not any(each.is_active() for each in calls)
    return [each.code() for each in calls]


def grpc_answers(server):
    with channel(server) as own:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(own)
        try:
            answer = stub.Predict(predict(spec("small"), x=np.float32([[2.0]])), timeout=30)
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE
            return False
    return list(answer.outputs["y"].float_val) == [3.0]


def taken(call):
    """The code with which a call ends when its client reads at last; OK if the answer comes."""
    try:
        next(call)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def test_an_answer_that_is_not_read_over_grpc_is_given_up(server):
    with channel(server) as own:
        call = unread(own)
        list(call.initial_metadata())  # The answer is under way.
        await_that(lambda: not server._late_readers._watched)
        assert taken(call) is grpc.StatusCode.CANCELLED
        assert taken(unread(own)) is grpc.StatusCode.OK


def test_unread_answers_over_grpc_fill_no_memory(patient_server):
    with channel(patient_server) as own:
        calls = []
        for _ in range(3):
            calls.append(unread(own))
            list(calls[-1].initial_metadata())
        assert grpc_answers(patient_server)
        assert taken(calls[0]) is grpc.StatusCode.CANCELLED
        assert taken(calls[2]) is grpc.StatusCode.OK


def test_a_message_that_does_not_come_over_grpc(server, patient_server):
    """The client begins calls and sends nothing: each would keep a thread."""
    go_on = threading.Event()

    def nothing():
        go_on.wait(60)
        yield b""

    with channel(server) as own, channel(patient_server) as other:
        late = [own.stream_unary(PREDICT_METHOD).future(nothing(), timeout=600) for _ in range(20)]
        assert ended(*late) == [grpc.StatusCode.CANCELLED] * 20
        # One connection may have as many calls as may be under way. Those that are late do not count among these.
        waiting = [other.stream_unary(PREDICT_METHOD).future(nothing(), timeout=600) for _ in range(20)]
        await_that(lambda: grpc_answers(patient_server))
        assert grpc_answers(patient_server)
        assert all(each.is_active() for each in waiting)
        go_on.set()
