from serving.grpc_transport import GrpcTransport
from serving.rest_transport import RestTransport
from serving.transport import Transport


def test_both_ways_can_do_the_same():
    methods = {name for name in vars(Transport) if not name.startswith("_")}
    assert methods == {"predict", "signature_names", "version_states", "close"}
    for transport in (RestTransport, GrpcTransport):
        assert methods <= {name for name in vars(transport) if not name.startswith("_")}
