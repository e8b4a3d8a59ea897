"""The health service over loopback, in the bytes that its clients send and read."""

import grpc
import pytest

from serving.local_server.server import LocalServer, ServerConfig

SERVING = b"\x08\x01"
"""Field 1, the status, is 1."""


def check(address, service):
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        name = service.encode()
        request = b"\x0a" + bytes([len(name)]) + name if name else b""
        return channel.unary_unary("/grpc.health.v1.Health/Check")(request, timeout=30)


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
