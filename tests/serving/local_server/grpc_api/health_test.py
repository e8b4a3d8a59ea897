"""The health service over loopback, in the bytes that its clients send and read."""

import contextlib
import os
import threading

import grpc

from tests.support.local_servers import NO_PROXY, free_ports, grpc_error, serving

SERVING, NOT_SERVING, SERVICE_UNKNOWN = b"\x08\x01", b"\x08\x02", b"\x08\x03"
"""Field 1, the status, is 1, 2 or 3."""


def named(service):
    """A request for a service."""
    name = service.encode()
    return b"\x0a" + bytes([len(name)]) + name if name else b""


@contextlib.contextmanager
def started(base_path, **settings):
    """A server without a model, and a channel to it."""
    with (
        serving(free_ports("m", base_path, **settings)) as server,
        grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel,
    ):
        yield server, channel


def test_both_services_serve_where_it_is_enabled(tmp_path):
    with started(tmp_path, enable_grpc_healthcheck_service=True) as (_, channel):
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        for service in ("", "ModelService", "PredictionService"):
            assert check(named(service), timeout=30) == SERVING
        assert grpc_error(check, named("OtherService"))[0] is grpc.StatusCode.NOT_FOUND


def test_it_is_not_there_unless_enabled(tmp_path):
    with started(tmp_path) as (_, channel):
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert grpc_error(check, named(""))[0] is grpc.StatusCode.UNIMPLEMENTED


def test_whoever_watches_is_told_when_the_server_stops(tmp_path):
    """More watchers than the server has threads do not keep it from answering."""
    with started(tmp_path, enable_grpc_healthcheck_service=True) as (server, channel):
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")
        watched = [watch(named("ModelService"), timeout=30) for _ in range(4 * (os.cpu_count() or 1) + 1)]
        unknown = watch(named("OtherService"), timeout=30)
        assert [next(each) for each in watched] == [SERVING] * len(watched)
        assert next(unknown) == SERVICE_UNKNOWN
        watched.pop().cancel()
        assert channel.unary_unary("/grpc.health.v1.Health/Check")(named(""), timeout=30) == SERVING
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert [list(each) for each in watched] == [[NOT_SERVING]] * len(watched)
        stopping.join(30)
