"""The health service over loopback, in the bytes that its clients send and read."""

import os
import threading

import grpc
import pytest

from serving.local_server.server import LocalServer, ServerConfig

SERVING = b"\x08\x01"
"""Field 1, the status, is 1."""
NOT_SERVING, SERVICE_UNKNOWN = b"\x08\x02", b"\x08\x03"


def check(address, service):
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        return channel.unary_unary("/grpc.health.v1.Health/Check")(request_for(service), timeout=30)


def test_both_services_serve_where_it_is_enabled(tmp_path):
    config = ServerConfig("m", str(tmp_path), port=0, rest_api_port=0, enable_grpc_healthcheck_service=True)
    with LocalServer(config) as server:
        for service in ("", "ModelService", "PredictionService"):
            assert check(server.grpc_address, service) == SERVING
        with pytest.raises(grpc.RpcError) as caught:
            check(server.grpc_address, "OtherService")
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_it_is_not_there_unless_enabled(tmp_path):
    with LocalServer(ServerConfig("m", str(tmp_path), port=0, rest_api_port=0)) as server:
        with pytest.raises(grpc.RpcError) as caught:
            check(server.grpc_address, "")
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def request_for(service):
    name = service.encode()
    return b"\x0a" + bytes([len(name)]) + name if name else b""


def test_whoever_watches_is_told_when_the_server_stops(tmp_path):
    """More watchers than the server has threads do not keep it from answering."""
    config = ServerConfig("m", str(tmp_path), port=0, rest_api_port=0, enable_grpc_healthcheck_service=True)
    server = LocalServer(config)
    server.start()
    with grpc.insecure_channel(server.grpc_address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")
        watched = [watch(request_for("ModelService"), timeout=30) for _ in range(4 * (os.cpu_count() or 1) + 1)]
        unknown = watch(request_for("OtherService"), timeout=30)
        assert [next(each) for each in watched] == [SERVING] * len(watched)
        assert next(unknown) == SERVICE_UNKNOWN
        watched.pop().cancel()
        assert check(server.grpc_address, "") == SERVING
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert [list(each) for each in watched] == [[NOT_SERVING]] * len(watched)
        stopping.join(30)
