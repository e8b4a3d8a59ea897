"""What a whole server does with its files: lists of models, metrics, batches, TLS and the access log."""

import json
import threading

import grpc
import httpx
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import model_management_pb2, model_service_pb2_grpc, prediction_service_pb2_grpc

from serving.local_server.models.versions import State
from serving.local_server.server import LocalServer, ServerConfig
from tests.support.tf_serving_models import half_plus, save_graph
from tests.support.tf_serving_requests import predict, spec

NO_PROXY = [("grpc.enable_http_proxy", 0)]


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    """Version 1 adds 2, version 2 adds 3."""
    base_path = tmp_path_factory.mktemp("models") / "half"
    for version, addend in ((1, 2.0), (2, 3.0)):
        save_graph(base_path / str(version), lambda addend=addend: {"serving_default": half_plus(addend)})
    return base_path


def started(server, version=2):
    assert server.model.wait_for(version, State.AVAILABLE, timeout=60)
    return server


def free_ports(**settings):
    return ServerConfig(port=0, rest_api_port=0, file_system_poll_wait_seconds=0.05, **settings)


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return str(path)


def models_config(base_path, rest="model_version_policy { all {} }", name="half"):
    model = f'name: "{name}" base_path: "{base_path}" model_platform: "tensorflow" {rest}'
    return f"model_config_list {{ config {{ {model} }} }}"


def rest_client(server):
    return httpx.Client(base_url=f"http://{server.rest_address}", trust_env=False, timeout=30)


def asked(client, path="/v1/models/half:predict", body=b'{"inputs": [[0]]}', **headers):
    response = client.post(path, content=body, headers=headers)
    return response.status_code, response.json()


def test_a_list_of_models_is_replaced_by_a_request(base_path, tmp_path):
    config = free_ports(model_config_file=written(tmp_path / "m", models_config(base_path)))
    request = model_management_pb2.ReloadConfigRequest()
    labelled = models_config(base_path, 'model_version_policy { all {} } version_labels { key: "stable" value: 1 }')
    text_format.Parse(labelled, request.config)
    with LocalServer(config) as server, rest_client(server) as client:
        started(server)
        started(server, 1)
        assert asked(client, "/v1/models/half/labels/stable:predict")[0] == 400
        with grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
            stub = model_service_pb2_grpc.ModelServiceStub(channel)
            assert stub.HandleReloadConfigRequest(request, timeout=30).status.error_code == 0
            assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[2.0]]})
            request.config.model_config_list.config[0].version_labels["canary"] = 7
            with pytest.raises(grpc.RpcError) as caught:
                stub.HandleReloadConfigRequest(request, timeout=30)
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[2.0]]})


def test_a_list_of_models_is_read_again(base_path, tmp_path):
    file = tmp_path / "models.config"
    written(file, models_config(base_path))
    config = free_ports(model_config_file=str(file), model_config_file_poll_wait_seconds=0.05)
    with LocalServer(config) as server, rest_client(server) as client:
        old = started(server).model
        written(tmp_path / "new", models_config(base_path, name="other"))
        (tmp_path / "new").replace(file)
        assert old.wait_for(2, State.END, timeout=60)
        assert server.manager.model("other").wait_for(2, State.AVAILABLE, timeout=60)
        assert asked(client, "/v1/models/other:predict") == (200, {"outputs": [[3.0]]})
        assert asked(client) == (404, {"error": "Servable not found for request: Latest(half)"})


def test_a_label_in_the_first_list_needs_leave(base_path, tmp_path):
    text = models_config(base_path, 'model_version_policy { all {} } version_labels { key: "stable" value: 1 }')
    file = written(tmp_path / "models.config", text)
    with pytest.raises(tf.errors.FailedPreconditionError, match="Request to assign label to version 1 of model half,"):
        LocalServer(free_ports(model_config_file=file)).start()
    config = free_ports(model_config_file=file, allow_version_labels_for_unavailable_models=True)
    with LocalServer(config) as server, rest_client(server) as client:
        started(server, 1)
        assert asked(client, "/v1/models/half/labels/stable:predict") == (200, {"outputs": [[2.0]]})


def test_metrics_and_access_log(base_path, tmp_path):
    log = tmp_path / "access.jsonl"
    monitoring = written(tmp_path / "monitoring.config", 'prometheus_config { enable: true path: "/metrics" }')
    config = free_ports(
        model_name="half", model_base_path=str(base_path), monitoring_config_file=monitoring, access_log=str(log)
    )
    with LocalServer(config) as server, rest_client(server) as client:
        started(server)
        assert asked(client)[0] == 200
        assert asked(client, body=b'{"inputs": ["user-7"]}')[0] == 400
        assert client.get("/v1/models/half").status_code == 200
        assert client.get("/v1/models/half/versions/99999999999999999999").status_code == 400
        assert client.get("/v1/user-7").status_code == 400
        with grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
            prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(
                predict(spec("half"), x=[[0.0]]), timeout=30
            )
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
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(each["entrypoint"], each["api"], each["version"], each["status"]) for each in lines] == [
        ("REST", "predict", 2, "OK"),
        ("REST", "predict", 2, "INVALID_ARGUMENT"),
        ("REST", "status", None, "OK"),
        ("REST", "status", None, "INVALID_ARGUMENT"),
        ("REST", "malformed", None, "INVALID_ARGUMENT"),
        ("GRPC", "Predict", 2, "OK"),
    ]
    assert "user-7" not in text


def test_pages_of_other_origins(base_path):
    config = free_ports(model_name="half", model_base_path=str(base_path), rest_api_enable_cors_support=True)
    with LocalServer(config) as server, rest_client(server) as client:
        started(server)
        allowed = client.options("/v1/models/half:predict", headers={"Origin": "https://shop.example"})
        assert (allowed.status_code, allowed.content) == (200, b"")
        assert allowed.headers["access-control-allow-origin"] == "*"
        assert allowed.headers["access-control-allow-methods"] == "POST, GET"
        assert allowed.headers["access-control-allow-headers"] == "Content-Type"
        assert client.options("/v1/models/half:predict", headers={"Origin": "shop"}).status_code == 400
        assert client.get("/v1/models/half").headers["access-control-allow-origin"] == "*"
    config = free_ports(model_name="half", model_base_path=str(base_path))
    with LocalServer(config) as server, rest_client(server) as client:
        assert client.options("/v1/models/half", headers={"Origin": "https://shop.example"}).status_code == 400
        assert "access-control-allow-origin" not in client.get("/v1/models/half").headers


def test_requests_under_way_end_and_new_ones_are_refused(base_path, tmp_path):
    """Requests that wait for others to share their batch are under way for a second."""
    batching = "batch_timeout_micros { value: 1000000 }"
    config = free_ports(
        model_name="half",
        model_base_path=str(base_path),
        enable_batching=True,
        batching_parameters_file=written(tmp_path / "b", batching),
    )
    server = LocalServer(config)
    server.start()
    started(server)
    answers = []
    with rest_client(server) as client, grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = predict(spec("half"), x=[[0.0, 2.0]])
        threads = [
            threading.Thread(target=lambda: answers.append(asked(client))),
            threading.Thread(
                target=lambda: answers.append(list(stub.Predict(request, timeout=30).outputs["y"].float_val))
            ),
        ]
        for thread in threads:
            thread.start()
        with server.model.acquire() as loaded:
            while loaded.servable.waiting_batches() < 2:
                threads[0].join(0.01)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        while _is_open(server):
            stopping.join(0.01)
        for thread in (*threads, stopping):
            thread.join(30)
    assert sorted(answers, key=str) == [(200, {"outputs": [[3.0]]}), [3.0, 4.0]]
    assert server.model.status()[0].state is State.END


def test_a_socket_file_tags_and_channel_arguments(base_path, tmp_path):
    settings = {"model_name": "half", "model_base_path": str(base_path), "max_num_load_retries": 0}
    socket = tmp_path / "grpc.sock"
    small = "grpc.max_receive_message_length=100"
    with LocalServer(free_ports(grpc_socket_path=str(socket), grpc_channel_arguments=small, **settings)) as server:
        started(server)
        with grpc.insecure_channel(f"unix:{socket}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            assert list(stub.Predict(predict(spec("half"), x=[[0.0]]), timeout=30).outputs["y"].float_val) == [3.0]
            with pytest.raises(grpc.RpcError) as caught:
                stub.Predict(predict(spec("half"), x=[[0.0] * 100]), timeout=30)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    with LocalServer(free_ports(saved_model_tags="serve,gpu", **settings)) as server:
        assert server.model.wait_for(2, State.END, timeout=60)
        assert "could not be found in SavedModel" in server.model.status()[0].error_message


def _is_open(server):
    try:
        httpx.get(f"http://{server.rest_address}/v1/models/half", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def _predicts(address, credentials):
    with grpc.secure_channel(address, credentials, options=NO_PROXY) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        try:
            return list(stub.Predict(predict(spec("half"), x=[[0.0]]), timeout=10).outputs["y"].float_val)
        except grpc.RpcError as error:
            return error.code()


@pytest.mark.parametrize("is_mutual", [False, True])
def test_tls(base_path, certificates, tmp_path, is_mutual):
    pairs = [[path.read_text(encoding="ascii") for path in certificates[name]] for name in ("server", "client")]
    (key, cert), (client_key, client_cert) = pairs
    text = f"server_key: {json.dumps(key)} server_cert: {json.dumps(cert)}"
    if is_mutual:
        text += f" custom_ca: {json.dumps(client_cert)} client_verify: true"
    config = free_ports(
        model_name="half", model_base_path=str(base_path), ssl_config_file=written(tmp_path / "tls.config", text)
    )
    with LocalServer(config) as server:
        started(server)
        alone = grpc.ssl_channel_credentials(cert.encode())
        named = grpc.ssl_channel_credentials(cert.encode(), client_key.encode(), client_cert.encode())
        assert _predicts(server.grpc_address, named) == [3.0]
        assert _predicts(server.grpc_address, alone) == (grpc.StatusCode.UNAVAILABLE if is_mutual else [3.0])
