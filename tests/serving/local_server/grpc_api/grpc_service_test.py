"""gRPC as a client sees it that is built from tensorflow-serving-api alone, over loopback."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)


@pytest.fixture(scope="module")
def channel(half_plus_two_server):
    options = [("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(half_plus_two_server.grpc_address, options=options) as channel:
        yield channel


@pytest.fixture(scope="module")
def stub(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def request_for(name="half", signature="", version=None, label=None, outputs=(), **inputs):
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    for alias, value in inputs.items():
        request.inputs[alias].CopyFrom(tf.make_tensor_proto(value))
    return request


def refusal(call, request):
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=30)
    return caught.value.code(), caught.value.details()


def test_predict(stub):
    response = stub.Predict(request_for(x=np.array([1, 2], np.float32)), timeout=30)
    assert list(response.outputs["y"].float_val) == [2.5, 3.0]
    assert response.outputs["y"].tensor_content == b""
    assert response.model_spec.name == "half"
    assert response.model_spec.signature_name == "serving_default"
    assert response.model_spec.version.value == 123


def test_strings_and_output_filter(stub):
    request = request_for(
        signature="strings", version=123, outputs=["upper", "number"], word=["two"], times=np.array([2])
    )
    response = stub.Predict(request, timeout=30)
    assert sorted(response.outputs) == ["number", "upper"]
    assert list(response.outputs["upper"].string_val) == [b"TWO"]
    assert list(response.outputs["number"].float_val) == [4.0]
    assert response.model_spec.signature_name == "strings"


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (predict_pb2.PredictRequest(), "INVALID_ARGUMENT", "Missing ModelSpec"),
        (request_for(name="", signature="a"), "INVALID_ARGUMENT", "ModelSpec has no name specified."),
        (request_for(name="no"), "NOT_FOUND", "Servable not found for request: Latest(no)"),
        (request_for(version=7), "NOT_FOUND", "Servable not found for request: Specific(half, 7)"),
        (request_for(label="canary"), "INVALID_ARGUMENT", "Unrecognized servable version label: canary"),
        (request_for(signature="no"), "FAILED_PRECONDITION", 'Serving signature key "no" not found.'),
        (
            request_for(),
            "INVALID_ARGUMENT",
            "input size does not match signature: 0!=1 len({}) != len({x}). Sent extra: {}. Missing but required: {x}.",
        ),
        (request_for(x=["1"]), "INVALID_ARGUMENT", "Expects arg[0] to be float but string is provided"),
        (
            request_for(x=np.float32(1), outputs=["y", "y"]),
            "INVALID_ARGUMENT",
            "duplicate output tensor alias: y",
        ),
    ],
)
def test_refusals(stub, request_, code, message):
    assert refusal(stub.Predict, request_) == (grpc.StatusCode[code], message)


def test_unparsable_tensor(stub):
    request = request_for(x=np.array([1, 2, 3], np.float32))
    request.inputs["x"].tensor_shape.dim[0].size = 7
    request.inputs["x"].tensor_content = b"123"
    assert refusal(stub.Predict, request) == (grpc.StatusCode.INVALID_ARGUMENT, "tensor parsing error: x")


def test_long_messages_are_cut(stub):
    _, message = refusal(stub.Predict, request_for(signature="s" * 2000))
    assert message == 'Serving signature key "' + "s" * 1001 + "...TRUNCATED"


def test_metadata(stub):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "half"
    response = stub.GetModelMetadata(request, timeout=30)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert list(signatures.signature_def["serving_default"].inputs) == ["x"]
    assert (response.model_spec.name, response.model_spec.version.value) == ("half", 123)
    assert response.model_spec.signature_name == ""


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([], "GetModelMetadataRequest must specify at least one metadata_field"),
        (["color"], "Metadata field color is not supported"),
    ],
)
def test_metadata_that_is_refused(stub, fields, message):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = "half"
    assert refusal(stub.GetModelMetadata, request) == (grpc.StatusCode.INVALID_ARGUMENT, message)


def test_model_status(channel):
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "half"
    (version,) = stub.GetModelStatus(request, timeout=30).model_version_status
    assert (version.version, version.status.error_code, version.status.error_message) == (123, 0, "")
    assert version.state == get_model_status_pb2.ModelVersionStatus.AVAILABLE
    request.model_spec.name = "no"
    assert refusal(stub.GetModelStatus, request) == (
        grpc.StatusCode.NOT_FOUND,
        "Could not find any versions of model no",
    )
    assert refusal(stub.GetModelStatus, get_model_status_pb2.GetModelStatusRequest()) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "Missing ModelSpec",
    )
