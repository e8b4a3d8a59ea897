"""What TF Serving answers, case by case, over both protocols."""

import json

import grpc
import pytest
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from tests.conformance import (
    grpc_other_cases,
    grpc_predict_cases,
    rest_answer_cases,
    rest_body_cases,
    rest_example_cases,
    rest_routing_cases,
    rest_version_cases,
)
from tests.conformance.cases import Error, Grpc, Rest, Starts

REST_CASES = [
    *rest_routing_cases.ROUTING,
    *rest_body_cases.BODIES,
    *rest_answer_cases.ANSWERS,
    *rest_example_cases.EXAMPLES,
    *rest_version_cases.DESCRIPTIONS,
]
GRPC_CASES = [*grpc_predict_cases.PREDICT, *grpc_other_cases.EXAMPLES, *grpc_other_cases.DESCRIPTIONS]


METHODS = {
    "PredictRequest": "Predict",
    "ClassificationRequest": "Classify",
    "RegressionRequest": "Regress",
    "MultiInferenceRequest": "MultiInference",
    "GetModelMetadataRequest": "GetModelMetadata",
    "GetModelStatusRequest": "GetModelStatus",
    "ReloadConfigRequest": "HandleReloadConfigRequest",
}


def matches(text: str, wanted: Error) -> bool:
    if isinstance(wanted, str):
        return text == wanted
    return text.startswith(wanted.text) if isinstance(wanted, Starts) else text.endswith(wanted.text)


@pytest.mark.parametrize("case", REST_CASES, ids=lambda case: f"{case.rule}: {case.request:.99}")
def test_rest(rest, case: Rest):
    method, path = case.request.split(" ")
    response = rest.request(method, path, content=case.body, headers=case.headers)
    is_error = isinstance(case.answer, Error)
    assert response.status_code == (case.code or (400 if is_error else 200)), response.text
    assert response.headers["content-type"] == "application/json"
    if case.answer == b"":
        assert response.content == b""
    elif isinstance(case.answer, bytes):
        assert case.answer in response.content
    elif is_error:
        body = json.loads(response.text)
        assert list(body) == ["error"]
        assert matches(body["error"], case.answer), body["error"]
    else:
        assert json.loads(response.text) == case.answer


@pytest.mark.parametrize("case", GRPC_CASES, ids=lambda case: f"{case.rule}: {type(case.request).__name__}")
def test_grpc(channel, case: Grpc):
    stubs = (
        prediction_service_pb2_grpc.PredictionServiceStub(channel),
        model_service_pb2_grpc.ModelServiceStub(channel),
    )
    method = METHODS[type(case.request).__name__]
    call = next(getattr(stub, method) for stub in stubs if hasattr(stub, method))
    if isinstance(case.answer, Error):
        with pytest.raises(grpc.RpcError) as caught:
            call(case.request, timeout=30)
        assert caught.value.code().name == case.code, caught.value.details()
        assert matches(caught.value.details(), case.answer), caught.value.details()
        return
    response = call(case.request, timeout=30)
    if callable(case.answer):
        case.answer(response)
    else:
        assert response == case.answer


def test_metadata_over_rest(rest):
    """6.2: the fields' own names, values at their defaults, sizes as text."""
    body = rest.get("/v1/models/half_plus_two/metadata").json()
    assert body["model_spec"] == {"name": "half_plus_two", "signature_name": "", "version": "123"}
    signature = body["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["method_name"] == "tensorflow/serving/predict"
    assert signature["inputs"] == {
        "x": {
            "dtype": "DT_FLOAT",
            "tensor_shape": {"dim": [{"size": "-1", "name": ""}, {"size": "1", "name": ""}], "unknown_rank": False},
            "name": "x:0",
        }
    }
    assert list(signature["outputs"]) == ["y"]


def test_models_of_tensorflow_2_tell_their_initializer_too(rest):
    """6.2: `__saved_model_init_op` stands among the signatures."""
    body = rest.get("/v1/models/several/metadata").json()
    signatures = body["metadata"]["signature_def"]["signature_def"]
    assert set(signatures) == {"serving_default", "total", "ragged", "__saved_model_init_op"}


def test_paths_outside_the_api(rest):
    """1.2: plain 404, not JSON."""
    response = rest.get("/other")
    assert response.status_code == 404
    assert "json" not in response.headers["content-type"]
