"""What a whole server does with its files: lists of models, metrics, batches, TLS and the access log."""

import concurrent.futures
import json
import operator
import time

import grpc
import httpx
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import model_management_pb2, model_service_pb2_grpc, prediction_service_pb2_grpc

from serving.local_server.models.versions import State
from serving.local_server.server import LocalServer
from tests.support.local_servers import NO_PROXY, free_ports, grpc_error, predictions, rest_client, serving
from tests.support.tf_serving_models import half_plus, save_graph
from tests.support.tf_serving_requests import predict, spec


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    """Version 1 adds 2, version 2 adds 3."""
    base_path = tmp_path_factory.mktemp("models") / "half"
    for version, addend in ((1, 2.0), (2, 3.0)):
        save_graph(base_path / str(version), lambda addend=addend: {"serving_default": half_plus(addend)})
    return base_path


@pytest.fixture
def written(tmp_path):
    """Writes a file and gives its path."""

    def written(text, name="config"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return written


def models_config(base_path, rest="", name="half"):
    model = f'name: "{name}" base_path: "{base_path}" model_platform: "tensorflow" {rest}'
    return f"model_config_list {{ config {{ {model} model_version_policy {{ all {{}} }} }} }}"


STABLE = 'version_labels { key: "stable" value: 1 }'
ZERO = predict(spec("half"), x=[[0.0]])


def values(response):
    return list(response.outputs["y"].float_val)


def asked(client, path="/v1/models/half:predict", body=b'{"inputs": [[0]]}'):
    response = client.post(path, content=body)
    return response.status_code, response.json()


def test_a_list_of_models_is_replaced_by_a_request(base_path, written):
    request = model_management_pb2.ReloadConfigRequest()
    text_format.Parse(models_config(base_path, STABLE), request.config)
    config = free_ports(model_config_file=written(models_config(base_path)))
    with serving(config, 1, 2) as server, rest_client(server) as client:
        assert asked(client, "/v1/models/half/labels/stable:predict")[0] == 400
        with grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
            stub = model_service_pb2_grpc.ModelServiceStub(channel)
            assert stub.HandleReloadConfigRequest(request, timeout=30).status.error_code == 0
            assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[2.0]]})
            request.config.model_config_list.config[0].version_labels["canary"] = 7
            code, _ = grpc_error(stub.HandleReloadConfigRequest, request)
            assert code is grpc.StatusCode.FAILED_PRECONDITION
            assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[2.0]]})
            del request.config.model_config_list.config[0].version_labels["canary"]
            request.config.model_config_list.config[0].version_labels["stable"] = 2
            stub.HandleReloadConfigRequest(request, timeout=30)
            assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[3.0]]})


def test_a_list_of_models_is_read_again(base_path, written, tmp_path):
    file = written(models_config(base_path))
    config = free_ports(model_config_file=file, model_config_file_poll_wait_seconds=0.05)
    with serving(config, 2) as server, rest_client(server) as client:
        old = server.model
        written(models_config(base_path, name="other"), "new")
        (tmp_path / "new").replace(file)
        assert old.wait_for(2, State.END, timeout=60)
        assert server.manager.model("other").wait_for(2, State.AVAILABLE, timeout=60)
        assert asked(client, "/v1/models/other:predict") == (200, {"outputs": [[3.0]]})
        assert asked(client) == (404, {"error": "Servable not found for request: Latest(half)"})


def test_a_label_in_the_first_list_needs_leave(base_path, written):
    file = written(models_config(base_path, STABLE))
    with pytest.raises(tf.errors.FailedPreconditionError, match="Request to assign label to version 1 of model half,"):
        LocalServer(free_ports(model_config_file=file)).start()
    config = free_ports(model_config_file=file, allow_version_labels_for_unavailable_models=True)
    with serving(config, 1) as server, rest_client(server) as client:
        assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[2.0]]})


def test_metrics_and_access_log(base_path, written, tmp_path):
    log = tmp_path / "access.jsonl"
    monitoring = written('prometheus_config { enable: true path: "/metrics" }')
    config = free_ports("half", base_path, monitoring_config_file=monitoring, access_log=str(log))
    with serving(config, 2) as server, rest_client(server) as client:
        assert asked(client)[0] == 200
        assert asked(client, body=b'{"inputs": ["user-7"]}')[0] == 400
        assert client.get("/v1/models/half").status_code == 200
        assert client.get("/v1/models/half/versions/99999999999999999999").status_code == 400
        assert client.get("/v1/user-7").status_code == 400
        with predictions(server.grpc_address) as stub:
            stub.Predict(ZERO, timeout=30)
        page = client.get("/metrics")
        assert client.get("/monitoring/prometheus/metrics").status_code == 404
    assert page.headers["content-type"].startswith("text/plain")
    for line in (
        ':tensorflow:serving:request_count{model_name="half",status="OK"} 2',
        ':tensorflow:serving:request_count{model_name="half",status="INVALID_ARGUMENT"} 1',
        ':tensorflow:serving:request_latency_count{model_name="half",API="predict",entrypoint="REST"} 1',
        ':tensorflow:serving:request_latency_count{model_name="half",API="Predict",entrypoint="GRPC"} 1',
        ':tensorflow:serving:runtime_latency_count{model_name="half",API="Predict",runtime="TF1"} 1',
    ):
        assert line in page.text.splitlines()
    text = log.read_text(encoding="utf-8")
    seen = operator.itemgetter("entrypoint", "api", "version", "signature", "status")
    assert [seen(json.loads(line)) for line in text.splitlines()] == [
        ("REST", "predict", 2, "serving_default", "OK"),
        ("REST", "predict", 2, "serving_default", "INVALID_ARGUMENT"),
        ("REST", "status", None, "", "OK"),
        ("REST", "status", None, "", "INVALID_ARGUMENT"),
        ("REST", "malformed", None, "", "INVALID_ARGUMENT"),
        ("GRPC", "Predict", 2, "serving_default", "OK"),
    ]
    assert "user-7" not in text


def test_requests_under_way_end_and_new_ones_are_refused(base_path, written):
    """Requests that wait for others to share their batch are under way for a second."""
    batching = written("batch_timeout_micros { value: 1000000 }")
    server = LocalServer(free_ports("half", base_path, enable_batching=True, batching_parameters_file=batching))
    server.start()
    assert server.model.wait_for(2, State.AVAILABLE, timeout=60)
    request = predict(spec("half"), x=[[0.0, 2.0]])
    with (
        rest_client(server) as client,
        predictions(server.grpc_address) as stub,
        concurrent.futures.ThreadPoolExecutor() as threads,
    ):
        answers = threads.submit(asked, client), threads.submit(stub.Predict, request, timeout=30)
        with server.model.acquire() as loaded:
            while loaded.servable.waiting_batches() < 2 and not any(answer.done() for answer in answers):
                time.sleep(0.01)
        stopping = threads.submit(server.stop)
        while _is_open(server):
            time.sleep(0.01)
        by_rest, by_grpc = (answer.result(30) for answer in answers)
        stopping.result(30)
    assert by_rest == (200, {"outputs": [[3.0]]})
    assert values(by_grpc) == [3.0, 4.0]
    assert server.model.status()[0].state is State.END


def _is_open(server):
    try:
        httpx.get(f"http://{server.rest_address}/v1/models/half", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def test_a_socket_file_and_channel_arguments(base_path, tmp_path):
    socket, small = tmp_path / "grpc.sock", "grpc.max_receive_message_length=100"
    config = free_ports("half", base_path, grpc_socket_path=str(socket), grpc_channel_arguments=small)
    with serving(config, 2), predictions(f"unix:{socket}") as stub:
        assert values(stub.Predict(ZERO, timeout=30)) == [3.0]
        code, _ = grpc_error(stub.Predict, predict(spec("half"), x=[[0.0] * 100]))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_tags(base_path):
    config = free_ports("half", base_path, max_num_load_retries=0, saved_model_tags="serve,gpu")
    with serving(config) as server:
        assert server.model.wait_for(2, State.END, timeout=60)
        assert "could not be found in SavedModel" in server.model.status()[0].error_message


@pytest.mark.parametrize("is_mutual", [False, True])
def test_tls(base_path, certificates, written, is_mutual):
    pairs = [[path.read_text(encoding="ascii") for path in certificates[name]] for name in ("server", "client")]
    (key, cert), (client_key, client_cert) = pairs
    text = f"server_key: {json.dumps(key)} server_cert: {json.dumps(cert)}"
    if is_mutual:
        text += f" custom_ca: {json.dumps(client_cert)} client_verify: true"
    alone = grpc.ssl_channel_credentials(cert.encode())
    named = grpc.ssl_channel_credentials(cert.encode(), client_key.encode(), client_cert.encode())

    def predicts(address, credentials):
        with grpc.secure_channel(address, credentials, options=NO_PROXY) as channel:
            return values(prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(ZERO, timeout=10))

    with serving(free_ports("half", base_path, ssl_config_file=written(text)), 2) as server:
        assert predicts(server.grpc_address, named) == [3.0]
        if is_mutual:
            with pytest.raises(grpc.RpcError) as caught:
                predicts(server.grpc_address, alone)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        else:
            assert predicts(server.grpc_address, alone) == [3.0]
