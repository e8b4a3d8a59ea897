"""Limits over real connections, set so low that small requests pass them. Their defaults: `hostile_input_test.py`."""

import contextlib
import gzip
import json
import socket
import threading
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2, model_management_pb2, model_service_pb2_grpc

from serving.local_server.models.servable import Servable
from tests.support.local_servers import NO_PROXY, free_ports, grpc_error, predictions, rest_client, serving
from tests.support.tf_serving_models import PREDICT, half_plus, save_graph
from tests.support.tf_serving_requests import classify, examples, predict, spec

v1 = tf.compat.v1
LONGEST = 20_000
PATH = "/v1/models/small:predict"
LARGER = "Send several smaller requests, or start the server with a larger"


def _signatures():
    text = v1.placeholder(tf.string, None, name="text")
    count = v1.placeholder(tf.int32, [], name="count")
    return {
        "serving_default": half_plus(2.0),
        "echo": (PREDICT, {"text": text}, {"same": tf.identity(text)}),
        "many": (PREDICT, {"count": count}, {"texts": tf.fill(tf.reshape(count, [1]), "x" * 1000)}),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limits")
    save_graph(folder / "small" / "1", _signatures)
    (folder / "monitoring").write_text('prometheus_config { enable: true path: "/metrics" }', encoding="utf-8")
    return folder


@contextlib.contextmanager
def served(folder, **settings):
    config = free_ports(
        "small",
        folder / "small",
        monitoring_config_file=str(folder / "monitoring"),
        rest_api_max_body_bytes=LONGEST,
        grpc_max_message_bytes=LONGEST,
        **settings,
    )
    with serving(config, 1) as server:
        yield server


@pytest.fixture(scope="module")
def server(folder):
    limits = {"max_request_values": 40, "max_request_rows": 10, "max_answer_values": 30, "max_name_length": 16}
    with served(folder, access_log=str(folder / "access.log"), **limits) as server:
        yield server


@pytest.fixture
def rest(server):
    with rest_client(server) as client:
        yield client


@pytest.fixture
def stub(server):
    with predictions(server.grpc_address) as stub:
        yield stub


def posted(rest, body, **headers):
    """The code, and the answer or the error."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = rest.post(PATH, content=content, headers=headers)
    return response.status_code, response.json().get("error") or response.json()


def test_values_and_rows(rest, stub):
    """A message claims them by its shape alone."""
    rows = f"has 11 rows; a request may have 10. {LARGER} --max_request_rows."
    values = f"The inputs have 45 values; a request may have 40. {LARGER} --max_request_values."
    assert posted(rest, {"inputs": [[2.0]] * 10}) == (200, {"outputs": [[3.0]] * 10})
    assert posted(rest, {"inputs": [[2.0]] * 11}) == (400, f"Input x {rows}")
    assert posted(rest, {"instances": [[2.0]] * 11}) == (400, f"Input x {rows}")
    assert posted(rest, {"inputs": [[2.0] * 5] * 9}) == (400, values)
    code = grpc.StatusCode.INVALID_ARGUMENT
    for shape, said in (((10, 1), None), ((11, 1), f"Input x {rows}"), ((9, 5), values), ((11, 0), f"Input x {rows}")):
        request = predict(spec("small"), x=np.float32([[2.0]]))
        del request.inputs["x"].tensor_shape.dim[:]
        request.inputs["x"].tensor_content = b""
        request.inputs["x"].float_val[:] = [2.0]
        for size in shape:
            request.inputs["x"].tensor_shape.dim.add(size=size)
        if said is None:
            assert list(stub.Predict(request).outputs["y"].float_val) == [3.0] * 10
        else:
            assert grpc_error(stub.Predict, request) == (code, said)
    asked = classify(spec("small"), examples(*[1.0] * 11))
    assert grpc_error(stub.Classify, asked) == (code, f"The request {rows}")
    response = rest.post("/v1/models/small:regress", json={"examples": [{"x": 1.0}] * 11})
    assert (response.status_code, response.json()["error"]) == (400, f"The request {rows}")


def test_answers(rest, stub):
    said = (
        "The answer has 31 values; an answer may have 30. Ask for fewer rows, candidates or items, "
        "or start the server with a larger --max_answer_values."
    )
    assert posted(rest, {"signature_name": "many", "inputs": 30})[0] == 200
    assert posted(rest, {"signature_name": "many", "inputs": 31}) == (429, said)
    request = predict(spec("small", "many"), count=np.int32(31))
    assert grpc_error(stub.Predict, request) == (grpc.StatusCode.RESOURCE_EXHAUSTED, said)


def test_members_of_json(rest, monkeypatch):
    """Lists and objects count, too: an empty list of two bytes takes many more in memory. No parser sees the text."""
    said = f"The request's body has more than {4 * 40 + 100} values, lists and objects. {LARGER} --max_request_values."
    assert posted(rest, {"inputs": [[]] * 10})[0] == 200
    monkeypatch.setattr("serving.local_server.rest.json_document._DECODER", None)
    assert posted(rest, {"inputs": [[]] * 200}) == (400, said)
    assert posted(rest, {"examples": [[]] * 200}) == (400, said)


def test_what_unpacks_to_more_than_a_body_may_have(rest):
    body = b'{"inputs": [[2.0]]' + b" " * LONGEST + b"}"
    gzipped = {"content-encoding": "gzip"}
    assert len(gzip.compress(body)) < 200
    assert posted(rest, gzip.compress(body), **gzipped) == (
        413,
        f"Unpacked: The request's body is longer than {LONGEST} bytes. {LARGER} --rest_api_max_body_bytes.",
    )
    assert posted(rest, gzip.compress(body.replace(b" " * 99, b"")), **gzipped) == (200, {"outputs": [[3.0]]})


def test_deep_lists(rest):
    def nested(depth):
        return b'{"signature_name": "echo", "inputs": ' + b"[" * depth + b'"a"' + b"]" * depth + b"}"

    assert posted(rest, nested(32))[0] in (200, 400)  # TensorFlow's own limit is lower.
    assert posted(rest, nested(33)) == (400, "Lists are nested 33 deep; a tensor may have 32 axes.")


def test_names_are_short_and_only_those_of_what_is_served_are_labels(server, rest, stub, folder):
    def too_long(what, length=17):
        return (
            f"The name of the {what} has {length} characters; a name may have 16. It begins with {'n' * 17}. "
            "Start the server with a larger --max_name_length if this is no mistake."
        )

    long, code = "n" * 17, grpc.StatusCode.INVALID_ARGUMENT
    for path in (f"/v1/models/{long}:predict", f"/v1/models/small/labels/{long}:predict"):
        what = "version label" if "labels" in path else "model"
        response = rest.post(path, json={"inputs": []})
        assert (response.status_code, response.json()["error"]) == (400, too_long(what))
    assert posted(rest, {"signature_name": long, "inputs": []}) == (400, too_long("signature"))
    assert grpc_error(stub.Predict, predict(spec(long))) == (code, too_long("model"))
    assert grpc_error(stub.Predict, predict(spec("small", label=long))) == (code, too_long("version label"))
    assert grpc_error(stub.Predict, predict(spec("small", long))) == (code, too_long("signature"))
    assert grpc_error(stub.Classify, classify(spec(long), examples(1.0))) == (code, too_long("model"))
    for name in ("unknown 1", "unknown 2"):
        assert grpc_error(stub.Predict, predict(spec(name)))[0] is grpc.StatusCode.NOT_FOUND
        assert posted(rest, {"signature_name": name, "inputs": [[1.0]]})[0] == 400
        assert rest.post(f"/v1/models/{name}:predict", json={"inputs": []}).status_code == 404
    page = rest.get("/metrics").text
    assert "nnn" not in page
    assert "unknown" not in page
    assert ':tensorflow:serving:request_count{model_name="other",status="NOT_FOUND"} 4' in page
    called = 'model_name="small",version="1",signature_name="other",API="predict",entrypoint="REST"'
    assert f':tandem:serving:request_count{{{called},status="INVALID_ARGUMENT"}} 2' in page
    log = (folder / "access.log").read_text(encoding="utf-8")
    assert '"model": "unknown 2"' in log
    assert "nnn" not in log


def test_half_a_surrogate_pair_is_a_name_like_any_other(rest):
    code, error = posted(rest, b'{"signature_name": "\\ud800", "inputs": [[1.0]]}')
    assert (code, error) == (400, 'Serving signature name: "?" not found in signature def')
    assert rest.get("/metrics").status_code == 200


@pytest.fixture
def held(monkeypatch):
    """Holds all runs of models until it is set. Says how many there are."""
    go_on, run, running = threading.Event(), Servable.run, []

    def held_run(self, *given):
        running.append(given)
        assert go_on.wait(60)
        return run(self, *given)

    monkeypatch.setattr(Servable, "run", held_run)
    go_on.running = running
    yield go_on
    go_on.set()


def await_running(held, count):
    end = time.monotonic() + 30
    while len(held.running) < count and time.monotonic() < end:
        time.sleep(0.005)
    assert len(held.running) == count


class Asking:
    """Questions that are asked at the same time, each on a connection of its own."""

    def __init__(self, server):
        self._server = server
        self._threads = []
        self.answers = []

    def ask(self, body, **headers):
        def ask():
            with rest_client(self._server) as client:
                self.answers.append(posted(client, body, **headers))

        self._threads.append(threading.Thread(target=ask))
        self._threads[-1].start()

    def all_answers(self):
        for thread in self._threads:
            thread.join(60)
        return self.answers


ANSWER = (200, {"outputs": [[3.0]]})


def padded(length):
    return b'{"inputs": [[2.0]]' + b" " * (length - 19) + b"}"


def test_bytes_under_way_are_counted_as_they_are_unpacked(server, rest, stub, held):
    """All requests together may have twice what one may have."""
    said = f"Too many bytes of requests are under way; try again later. The most at a time is {2 * LONGEST}."
    asking = Asking(server)
    asking.ask(gzip.compress(padded(LONGEST)), **{"content-encoding": "gzip"})
    asking.ask(padded(LONGEST - 1000))
    await_running(held, 2)
    assert posted(rest, padded(1001)) == (503, said)
    assert posted(rest, gzip.compress(padded(1001)), **{"content-encoding": "gzip"}) == (503, said)
    request = predict(spec("small"), x=np.zeros((300, 1), np.float32))
    assert grpc_error(stub.Predict, request) == (grpc.StatusCode.UNAVAILABLE, said)
    held.set()
    assert asking.all_answers() == [ANSWER] * 2
    assert posted(rest, padded(LONGEST)) == ANSWER


def test_large_bodies_that_never_end_keep_out_no_small_ones(server, rest):
    """They hold all bytes that large ones may have, for as long as a body may take to arrive."""
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.rest_api_port), timeout=30))
            head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: {LONGEST}\r\n\r\n".encode()
            connection.sendall(head + b" " * (LONGEST - 1))
        await_held(server, 2 * (LONGEST - 1))
        assert posted(rest, padded(1000))[0] == 503
        assert posted(rest, padded(50)) == ANSWER
    await_held(server, 0)


def await_held(server, count):
    end = time.monotonic() + 30
    while server._admission.bytes.held != count and time.monotonic() < end:
        time.sleep(0.005)
    assert server._admission.bytes.held == count


def test_a_connection_may_hold_half(server, stub, held):
    """One of gRPC carries any number of requests at a time; others still get in."""
    request = predict(spec("small", "echo"), text=np.array([b"x" * (LONGEST // 2)] * 1))
    values = predict(spec("small", "echo"), text=np.array([b"x"] * 10 * 3).reshape(3, 10))
    small = predict(spec("small"), x=np.float32([[2.0]]))
    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    first = stub.Predict.future(request, timeout=60)
    await_running(held, 1)
    assert grpc_error(stub.Predict, request) == (
        code,
        "Too many bytes of requests are under way on this connection; wait for their answers. "
        f"The most at a time is {LONGEST}.",
    )
    second = stub.Predict.future(values, timeout=60)
    await_running(held, 2)
    assert grpc_error(stub.Predict, values) == (
        code,
        "Too many values of requests are under way on this connection; wait for their answers. "
        "The most at a time is 40.",
    )
    with predictions(server.grpc_address, ("grpc.use_local_subchannel_pool", 1)) as other:
        third = other.Predict.future(small, timeout=60)
        await_running(held, 3)
        held.set()
        assert list(third.result().outputs["y"].float_val) == [3.0]
    assert [len(each.result().outputs["same"].string_val) for each in (first, second)] == [1, 30]


def test_messages_that_are_too_long(stub):
    request = predict(spec("small", "echo"), text=np.array([b"x" * LONGEST]))
    code, message = grpc_error(stub.Predict, request)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert f"vs. {LONGEST}" in message
    assert (
        grpc_error(lambda *given, **named: stub.Predict(*given, compression=grpc.Compression.Gzip, **named), request)[0]
        is grpc.StatusCode.RESOURCE_EXHAUSTED
    )


def test_more_requests_than_a_server_can_answer_are_refused_at_once(folder, held):
    with served(folder, max_requests_under_way=2) as server:
        asking, small = Asking(server), predict(spec("small"), x=np.float32([[2.0]]))
        for _ in range(2):
            asking.ask(padded(50))
        await_running(held, 2)
        own = ("grpc.use_local_subchannel_pool", 1)  # A connection of its own for each.
        with (
            rest_client(server) as rest,
            predictions(server.grpc_address, own) as one,
            predictions(server.grpc_address, own) as other,
            predictions(server.grpc_address, own) as third,
        ):
            said = "Too many requests are under way; try again later. The most at a time is 2."
            assert posted(rest, padded(50)) == (503, said)
            # The other port has a limit of its own.
            called = [each.Predict.future(small, timeout=60) for each in (one, other)]
            await_running(held, 4)
            assert grpc_error(third.Predict, small) == (grpc.StatusCode.UNAVAILABLE, said)
            # Whoever looks whether the server is well still gets an answer.
            assert rest.get("/v1/models/small").status_code == 200
            with models(server) as admin:
                asked = get_model_status_pb2.GetModelStatusRequest(model_spec=spec("small"))
                assert len(admin.GetModelStatus(asked, timeout=30).model_version_status) == 1
            page = rest.get("/metrics").text
            for api, entrypoint in (("predict", "REST"), ("Predict", "GRPC")):
                labels = f'version="",signature_name="",API="{api}",entrypoint="{entrypoint}",status="UNAVAILABLE"'
                assert f':tandem:serving:request_count{{model_name="other",{labels}}} 1' in page
            held.set()
            assert asking.all_answers() == [ANSWER] * 2
            assert [list(each.result().outputs["y"].float_val) for each in called] == [[3.0]] * 2
            assert posted(rest, padded(50)) == ANSWER


@contextlib.contextmanager
def models(server):
    with grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
        yield model_service_pb2_grpc.ModelServiceStub(channel)


def test_lists_of_models_that_never_come_hold_up_nobody(folder):
    """Each adds a model without a folder to the last list, so that all of them wait."""
    with served(folder, reload_wait_seconds=1.0) as server, models(server) as admin:
        request = model_management_pb2.ReloadConfigRequest()
        entries = request.config.model_config_list.config
        entries.add(name="small", base_path=str(folder / "small"), model_platform="tensorflow")
        waiting = []
        for number in range(4):
            entries.add(name=f"m{number}", base_path=f"{folder}/none", model_platform="tensorflow")
            waiting.append(admin.HandleReloadConfigRequest.future(request, timeout=60))
            while f"m{number}" not in server.manager.served():
                time.sleep(0.005)
        assert grpc_error(admin.HandleReloadConfigRequest, request) == (
            grpc.StatusCode.UNAVAILABLE,
            "Too many new lists of models are under way; try again later. The most at a time is 4.",
        )
        with predictions(server.grpc_address) as stub:
            answer = stub.Predict(predict(spec("small"), x=np.float32([[2.0]])), timeout=30)
            assert list(answer.outputs["y"].float_val) == [3.0]
        for number, each in enumerate(waiting):
            with pytest.raises(grpc.RpcError) as caught:
                each.result()
            assert (caught.value.code(), caught.value.details()) == (
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"Model m{number} did not become available within 1 s: the folder {folder}/none does not exist, "
                "or cannot be read. It will be served once it can be; until then, send another list, or mend the path.",
            )
        # The list that is right goes through.
        del entries[1:]
        admin.HandleReloadConfigRequest(request, timeout=30)
        assert server.manager.served() == {"small"}


def test_a_path_with_nul_is_refused(server):
    request = model_management_pb2.ReloadConfigRequest()
    request.config.model_config_list.config.add(name="m", base_path="/a\0b", model_platform="tensorflow")
    with models(server) as admin:
        assert grpc_error(admin.HandleReloadConfigRequest, request) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "The base path of model m has a character NUL, which no path can have.",
        )


def test_a_caller_that_sends_too_many_requests_in_a_second(folder):
    """The limit is so low that a slow machine does not let one more through."""
    with served(folder, max_requests_per_second=0.001) as server, rest_client(server) as rest:
        said = (
            "127.0.0.1 sends more than 0.001 requests a second, which is the most for one address. "
            "Wait a moment, or start the server with a larger --max_requests_per_second."
        )
        assert posted(rest, padded(50)) == ANSWER
        assert posted(rest, padded(50)) == (429, said)
        with predictions(server.grpc_address) as stub:
            request = predict(spec("small"), x=np.float32([[2.0]]))
            assert grpc_error(stub.Predict, request) == (grpc.StatusCode.RESOURCE_EXHAUSTED, said)
        assert rest.get("/metrics").status_code == 200
