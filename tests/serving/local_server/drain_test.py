"""A server that stops while a model runs."""

import threading
import time

import grpc
import numpy as np
import pytest

from serving.local_server.models.servable import Servable
from tests.support.local_servers import free_ports, predictions, rest_client, serving
from tests.support.tf_serving_models import half_plus, save_graph
from tests.support.tf_serving_requests import predict, spec


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drain") / "half"
    save_graph(folder / "1", lambda: {"serving_default": half_plus(2.0)})
    return folder


@pytest.fixture
def held(monkeypatch):
    """Holds all runs of models until it is set, and counts them."""
    go_on, run = threading.Event(), Servable.run
    go_on.runs = 0

    def held_run(self, *given):
        go_on.runs += 1
        assert go_on.wait(60)
        return run(self, *given)

    monkeypatch.setattr(Servable, "run", held_run)
    yield go_on
    go_on.set()


def stopped_while_it_runs(folder, held, drain_seconds, is_awaited):
    """Both answers to requests that run when the server is told to stop. The run ends before that, or after them."""
    said = {}
    with serving(free_ports("half", folder, drain_seconds=drain_seconds), 1) as server:

        def ask_rest():
            with rest_client(server) as client:
                answer = client.post("/v1/models/half:predict", content=b'{"inputs": [[2.0]]}')
                said["rest"] = answer.status_code, answer.json()

        def ask_grpc():
            with predictions(server.grpc_address) as stub:
                try:
                    answer = stub.Predict(predict(spec("half"), x=np.float32([[2.0]])), timeout=60)
                    said["grpc"] = list(answer.outputs["y"].float_val)
                except grpc.RpcError as error:
                    said["grpc"] = error.code()

        asking = [threading.Thread(target=each) for each in (ask_rest, ask_grpc)]
        for each in asking:
            each.start()
        end = time.monotonic() + 30
        while held.runs < 2 and time.monotonic() < end:
            time.sleep(0.005)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        if is_awaited:
            held.set()
        for each in asking:
            each.join(30)
        held.set()
        stopping.join(30)
        assert not stopping.is_alive()
    return said


def test_what_ends_in_time_is_answered(folder, held, caplog):
    assert stopped_while_it_runs(folder, held, 30.0, is_awaited=True) == {
        "rest": (200, {"outputs": [[3.0]]}),
        "grpc": [3.0],
    }
    assert "Traceback" not in caplog.text


def test_what_takes_too_long_is_told_so(folder, held, caplog, capfd):
    assert stopped_while_it_runs(folder, held, 0.2, is_awaited=False) == {
        "rest": (503, {"error": "The server is stopping"}),
        "grpc": grpc.StatusCode.UNAVAILABLE,
    }
    assert "Traceback" not in caplog.text + capfd.readouterr().err
