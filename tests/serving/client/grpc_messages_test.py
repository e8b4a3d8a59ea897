"""gRPC's messages without a server; with one: `grpc_transport_test.py` and `async_client_test.py`."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

from serving.client.call import Call, CallError
from serving.client.grpc_messages import GrpcMessages
from serving.client.transport import VersionState

MESSAGES = GrpcMessages("shop:1", "shop")
CALL = Call("rank", {"candidates": [["x"]]}, ("scores",))


def test_requests_name_the_model():
    requests = (MESSAGES.predict(CALL), MESSAGES.metadata(), MESSAGES.status())
    assert [request.model_spec.name for request in requests] == ["shop"] * 3
    assert requests[0].model_spec.signature_name == "rank"


def test_outputs_are_plain_lists_and_text():
    response = predict_pb2.PredictResponse()
    response.outputs["scores"].CopyFrom(tf.make_tensor_proto([[0.5]]))
    response.outputs["items"].CopyFrom(tf.make_tensor_proto([["é"]]))
    assert MESSAGES.outputs(CALL, response) == {"scores": [[0.5]], "items": [["é"]]}
    response.outputs["items"].dtype = 8
    with pytest.raises(CallError, match="output 'items': a tensor of type 8, which has no plain values"):
        MESSAGES.outputs(CALL, response)


def test_outputs_of_another_signature():
    with pytest.raises(CallError, match=r"not an answer of the rank signature: it has \[\]"):
        MESSAGES.outputs(CALL, predict_pb2.PredictResponse())


def test_what_is_told_of_the_model():
    found = get_model_metadata_pb2.SignatureDefMap()
    for name in ("rank", "__saved_model_init_op"):
        found.signature_def[name].method_name = "m"
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    response.metadata["signature_def"].Pack(found)
    assert MESSAGES.signature_names(response) == {"rank"}
    status = get_model_status_pb2.GetModelStatusResponse()
    status.model_version_status.add(version=7, state=30)
    status.model_version_status.add(version=6, state=50).status.error_message = "broken"
    assert MESSAGES.version_states(status) == [VersionState(7, "AVAILABLE"), VersionState(6, "END", "broken")]
