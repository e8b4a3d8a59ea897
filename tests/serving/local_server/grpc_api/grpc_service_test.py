"""gRPC beyond TF Serving's contract, which `tests/conformance/` holds it to."""

import grpc

from serving.local_server.models.model_manager import ModelManager
from tests.support.local_servers import grpc_error, predictions
from tests.support.tf_serving_requests import metadata, spec


def test_a_fault_of_the_server_is_told(half_plus_two_server, monkeypatch, caplog):
    def fail(manager, spec):
        raise KeyError("x")

    monkeypatch.setattr(ModelManager, "acquire", fail)
    with predictions(half_plus_two_server.grpc_address) as stub:
        error = grpc_error(stub.GetModelMetadata, metadata(spec("half"), "signature_def"))
    assert error == (grpc.StatusCode.INTERNAL, "KeyError: 'x'")
    assert "A request failed in the server" in caplog.text
