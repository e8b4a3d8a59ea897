import inspect

from serving.async_grpc_transport import AsyncGrpcTransport
from serving.async_rest_transport import AsyncRestTransport
from serving.grpc_transport import GrpcTransport
from serving.rest_transport import RestTransport
from serving.transport import AsyncTransport, Transport


def test_both_ways_can_do_the_same():
    methods = {name for name in vars(Transport) if not name.startswith("_")}
    assert methods == {"predict", "signature_names", "version_states", "close"}
    for transport in (RestTransport, GrpcTransport):
        assert methods <= {name for name in vars(transport) if not name.startswith("_")}


def test_what_is_awaited_can_do_as_much():
    methods = {name for name in vars(Transport) if not name.startswith("_")}
    for transport in (AsyncTransport, AsyncRestTransport, AsyncGrpcTransport):
        for name in methods:
            assert inspect.iscoroutinefunction(getattr(transport, name))
