"""Answers that come too late, of a model whose batches wait for a second."""

import concurrent.futures
import os
import re
import time

import grpc
import pytest

from tests.support.local_servers import free_ports, predictions, rest_client, serving
from tests.support.tf_serving_models import half_plus, save_graph
from tests.support.tf_serving_requests import predict, spec

WAIT_MS = 1000


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    save_graph(folder / "half" / "1", lambda: {"serving_default": half_plus(2.0)})
    (folder / "batching").write_text(f"batch_timeout_micros {{ value: {WAIT_MS}000 }}", encoding="utf-8")
    (folder / "monitoring").write_text('prometheus_config { enable: true path: "/metrics" }', encoding="utf-8")
    config = free_ports(
        "half",
        folder / "half",
        enable_batching=True,
        batching_parameters_file=str(folder / "batching"),
        monitoring_config_file=str(folder / "monitoring"),
        rest_api_timeout_in_ms=WAIT_MS // 10,
        rest_api_num_threads=1,
    )
    with serving(config, 1) as server:
        yield server


def counted(server, line):
    """What the server's metrics say in a line that starts so; 0 where there is none."""
    with rest_client(server) as client:
        page = client.get("/metrics").text
    found = re.search(rf"^:tensorflow:serving:{re.escape(line)}\S* (\d+)$", page, re.MULTILINE)
    return int(found.group(1)) if found else 0


def await_count(server, line, count):
    end = time.monotonic() + 30
    while counted(server, line) < count and time.monotonic() < end:
        time.sleep(0.01)
    assert counted(server, line) == count


LATE = 'request_count{model_name="half",status="DEADLINE_EXCEEDED"}'
IN_A_BATCH = "batching_session:queuing_latency_count"


def test_rest_answers_after_its_timeout_and_leaves_what_waits_for_the_only_thread(server):
    def ask(_):
        with rest_client(server) as client:
            response = client.post("/v1/models/half:predict", content=b'{"inputs": [[0]]}')
            return response.status_code, response.json()

    with concurrent.futures.ThreadPoolExecutor(2) as clients:
        answers = list(clients.map(ask, range(2)))
    # Neither waited for the batch, let alone for two in a row: the first still waits in it.
    assert _in_the_batch(server) == 1
    assert answers == [(504, {"error": "Timed out waiting for notification"})] * 2
    await_count(server, LATE, 2)
    # The second was never put into a batch.
    assert counted(server, IN_A_BATCH) == 1


def test_grpc_does_not_begin_what_nobody_waits_for(server):
    request = predict(spec("half"), x=[[0.0]])
    threads = 4 * (os.cpu_count() or 1)
    before = counted(server, IN_A_BATCH)
    with predictions(server.grpc_address) as stub:
        patient = [stub.Predict.future(request, timeout=30) for _ in range(threads)]
        end = time.monotonic() + 30
        while _in_the_batch(server) < threads and time.monotonic() < end:
            time.sleep(0.005)
        with pytest.raises(grpc.RpcError) as caught:
            stub.Predict(request, timeout=0.05)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert [list(each.result().outputs["y"].float_val) for each in patient] == [[2.0]] * threads
        # What comes now finds a thread only once the impatient one has had its turn.
        list(stub.Predict(request, timeout=30).outputs)
    assert counted(server, IN_A_BATCH) == before + threads + 1


def _in_the_batch(server):
    with server.model.acquire() as loaded:
        return sum(len(batch.tasks) for batch in loaded.servable._waiting)
