"""Answers over gRPC that no model server of ours gives; the others are in `transport_test.py`."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2

from serving.client.call import Call, CallError
from serving.client.grpc_messages import GrpcMessages

MESSAGES = GrpcMessages("shop:1", "shop")
CALL = Call("rank", {"candidates": [["x"]]}, ("scores",))


def test_outputs_are_plain_lists_and_text():
    response = predict_pb2.PredictResponse()
    response.outputs["scores"].CopyFrom(tf.make_tensor_proto([[0.5]]))
    response.outputs["items"].CopyFrom(tf.make_tensor_proto([["é"]]))
    assert MESSAGES.outputs(CALL, response) == {"scores": [[0.5]], "items": [["é"]]}
    response.outputs["items"].dtype = 8
    with pytest.raises(CallError, match="output 'items': a tensor of type 8, which has no plain values"):
        MESSAGES.outputs(CALL, response)
    del response.outputs["scores"]
    with pytest.raises(CallError, match=r"not an answer of the rank signature: it has \['items'\]"):
        MESSAGES.outputs(CALL, response)


def test_operations_of_tensorflow_are_no_signatures():
    found = get_model_metadata_pb2.SignatureDefMap()
    for name in ("rank", "__saved_model_init_op"):
        found.signature_def[name].method_name = "m"
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    response.metadata["signature_def"].Pack(found)
    assert MESSAGES.signature_names(response) == {"rank"}
