"""Requests over both protocols while versions come, fail, go and are rolled back: none fails, none gets a wrong answer.

TANDEM_HOT_RELOAD_REQUESTS=10000 asks as often as one likes; the default is what fits between other tests.
"""

import contextlib
import http.client
import json
import os
import shutil
import threading
import time

import grpc
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import model_management_pb2, model_service_pb2_grpc

from serving.local_server.models.versions import State
from tests.support.local_servers import NO_PROXY, free_ports, predictions, serving
from tests.support.tf_serving_models import half_plus, save_graph
from tests.support.tf_serving_requests import predict, spec

REQUESTS = int(os.environ.get("TANDEM_HOT_RELOAD_REQUESTS", "1000"))
CLIENTS_OF_EACH_PROTOCOL = 2
STAGES = 5
"""After each change its share of the requests is answered; those that are answered while versions load come on top."""
LATEST = "latest { num_versions: 1 }"


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    """Folders to be copied: version N answers N to 0; 3 is broken."""
    folder = tmp_path_factory.mktemp("versions")
    for version in (1, 2, 4):
        save_graph(folder / str(version), lambda addend=float(version): {"serving_default": half_plus(addend)})
    (folder / "3").mkdir()
    (folder / "3" / "saved_model.pb").write_bytes(b"no model")
    return folder


class Load:
    """Clients that ask until they are stopped, however long a version takes to load meanwhile.

    Attributes:
        answers: When each request began and ended, and the version that answered.
        failures: Whatever went wrong instead.
    """

    def __init__(self, server):
        self.answers = []
        self.failures = []
        self._stopped = threading.Event()
        ways = [lambda: self._by_rest(server.rest_address), lambda: self._by_grpc(server.grpc_address)]
        self._threads = [threading.Thread(target=way, daemon=True) for way in ways * CLIENTS_OF_EACH_PROTOCOL]
        for thread in self._threads:
            thread.start()

    def await_answers(self, count):
        """Waits until there are so many more answers, or a failure."""
        target = len(self.answers) + count
        while len(self.answers) < target and not self.failures:
            time.sleep(0.005)

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _by_rest(self, address):
        # Of all clients of HTTP that Python has, the one that takes the least time from the server beside it.
        with contextlib.closing(http.client.HTTPConnection(address, timeout=60)) as client:

            def ask():
                client.request("POST", "/v1/models/half:predict", b'{"inputs": [[0]]}')
                response = client.getresponse()
                body = response.read()
                assert response.status == 200, body
                return json.loads(body)["outputs"][0][0]

            self._ask_on(ask)

    def _by_grpc(self, address):
        request = predict(spec("half"), x=[[0.0]])
        with predictions(address) as stub:

            def ask():
                response = stub.Predict(request, timeout=60)
                answer = response.outputs["y"].float_val[0]
                assert answer == response.model_spec.version.value
                return answer

            self._ask_on(ask)

    def _ask_on(self, ask):
        while not self._stopped.is_set():
            begin = time.monotonic()
            try:
                version = ask()
            except Exception as error:
                self.failures.append(error)
                return
            self.answers.append((begin, time.monotonic(), version))


def serve_by_policy(server, base_path, policy):
    request = model_management_pb2.ReloadConfigRequest()
    model = f'name: "half" base_path: "{base_path}" model_platform: "tensorflow"'
    text = f"model_config_list {{ config {{ {model} model_version_policy {{ {policy} }} }} }}"
    text_format.Parse(text, request.config)
    with grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
        model_service_pb2_grpc.ModelServiceStub(channel).HandleReloadConfigRequest(request, timeout=60)


def arrives(versions, base_path, version):
    """As a Pusher would write it, or faster; returns when that began."""
    begin = time.monotonic()
    shutil.copytree(versions / str(version), base_path / f"copying-{version}")
    (base_path / f"copying-{version}").rename(base_path / str(version))
    return begin


def test_no_request_fails_and_each_answer_is_of_an_available_version(versions, tmp_path):
    base_path = tmp_path / "half"
    base_path.mkdir()
    # From when a version may have been available, and until when: from just before it came to just after it was gone.
    available = {1: [(arrives(versions, base_path, 1), None)]}

    def gone(version):
        assert server.model.wait_for(version, State.END, timeout=60)
        since, _ = available[version].pop()
        available[version].append((since, time.monotonic()))

    with serving(free_ports("half", base_path, max_num_load_retries=0), 1) as server:
        load = Load(server)
        share = REQUESTS // STAGES
        load.await_answers(share)

        available[2] = [(arrives(versions, base_path, 2), None)]
        gone(1)
        load.await_answers(share)

        arrives(versions, base_path, 3)
        assert server.model.wait_for(3, State.END, timeout=60)
        assert server.model.available() == {2}
        load.await_answers(share)

        available[1].append((time.monotonic(), None))
        serve_by_policy(server, base_path, "specific { versions: 1 }")
        gone(2)
        shutil.rmtree(base_path / "2")
        load.await_answers(share)

        available[4] = [(arrives(versions, base_path, 4), None)]
        serve_by_policy(server, base_path, LATEST)
        gone(1)
        load.await_answers(share)
        load.stop()
        assert server.model.available() == {4}
    assert load.failures == []
    assert len(load.answers) >= REQUESTS
    assert {version for _, _, version in load.answers} == {1, 2, 4}
    wrong = [
        (begin, end, version)
        for begin, end, version in load.answers
        if not any(since < end and (until is None or begin < until) for since, until in available[int(version)])
    ]
    assert wrong == []
