"""Cases of the other calls: sections 5 to 7 of the contract."""

from google.protobuf import text_format
from google.protobuf.message import Message
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    input_pb2,
    model_management_pb2,
    regression_pb2,
)

from tests.conformance.cases import FailedPrecondition, Grpc, NotFound, Starts, not_served
from tests.support.tf_serving_requests import classify, examples, metadata, multi, regress, spec, status

TO_Y, BOTH = "regress_x_to_y", "classify_both"
REGRESS = ("regress", spec(signature=TO_Y))
"""A task of MultiInference."""


def _regress(signature: str, *values: float, bonus: float | None = None) -> regression_pb2.RegressionRequest:
    return regress(spec(signature=signature), examples(*values, bonus=bonus))


def _classify(signature: str, *values: float) -> classification_pb2.ClassificationRequest:
    return classify(spec(signature=signature), examples(*values))


def _regressed(signature: str, *values: float) -> regression_pb2.RegressionResponse:
    response = regression_pb2.RegressionResponse(model_spec=spec(signature=signature, version=123))
    for value in values:
        response.result.regressions.add(value=value)
    return response


def _classified(signature: str, *rows: dict[str, float]) -> classification_pb2.ClassificationResponse:
    """The scores of each example, by label."""
    response = classification_pb2.ClassificationResponse(model_spec=spec(signature=signature, version=123))
    for row in rows:
        classes = response.result.classifications.add().classes
        for label, score in row.items():
            classes.add(label=label, score=score)
    return response


def _together(
    first: regression_pb2.RegressionResponse, second: classification_pb2.ClassificationResponse
) -> inference_pb2.MultiInferenceResponse:
    response = inference_pb2.MultiInferenceResponse()
    response.results.add(model_spec=first.model_spec, regression_result=first.result)
    response.results.add(model_spec=second.model_spec, classification_result=second.result)
    return response


EXAMPLES = [
    Grpc("5 regress", _regress(TO_Y, 1.0, 2.0), _regressed(TO_Y, 2.5, 3.0)),
    Grpc("5 context before each example", _regress(TO_Y, 1.0, 2.0, bonus=10.0), _regressed(TO_Y, 12.5, 13.0)),
    Grpc("5 classify: scores alone", _classify("classify_x_to_y", 2.0), _classified("classify_x_to_y", {"": 3.0})),
    Grpc(
        "5 classify: labels and scores",
        _classify(BOTH, 0.0, 2.0),
        _classified(BOTH, {"plus": 2.0, "minus": -2.0}, {"plus": 3.0, "minus": -3.0}),
    ),
    Grpc("5 empty", _classify(BOTH), "Input is empty."),
    Grpc("5 empty", regress(spec(signature="wide"), input_pb2.Input()), "Input is empty."),
    Grpc("7.3 no spec", classification_pb2.ClassificationRequest(), "Missing ModelSpec"),
    Grpc("7.3 no spec", regression_pb2.RegressionRequest(), "Missing ModelSpec"),
    Grpc("7.6 no such signature", _classify("S", 1.0), "No signature was found with the name: S"),
    Grpc("7.6 no such signature", _regress("S", 1.0), "No signature was found with the name: S"),
    NotFound("7.4 no such model", regress(spec("M"), examples(1.0)), not_served("Latest(M)")),
    FailedPrecondition(
        "5 the input is named inputs", _regress("", 1.0), Starts("No regression inputs found in SignatureDef: ")
    ),
    FailedPrecondition(
        "5 classes are strings",
        _classify("predict_named", 1.0),
        Starts('Expected classification signature outputs to contain at least one of "classes" or "scores".'),
    ),
    Grpc(
        "7.1 several tasks",
        multi(examples(2.0), REGRESS, ("classify", spec(signature=BOTH))),
        _together(_regressed(TO_Y, 3.0), _classified(BOTH, {"plus": 3.0, "minus": -3.0})),
    ),
    Grpc(
        "7.6 no such signature",
        multi(examples(2.0), ("regress", spec(signature="S"))),
        "Requested signature not found in model graph: S",
    ),
    Grpc(
        "7.1 a signature twice",
        multi(examples(2.0), REGRESS, REGRESS),
        "Duplicate evaluation of signature: regress_x_to_y",
    ),
    Grpc(
        "7.1 one model",
        multi(examples(2.0), REGRESS, ("regress", spec("strings"))),
        "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
    ),
    Grpc(
        "7.1 a task of another kind",
        multi(examples(2.0), ("predict", spec(signature=TO_Y))),
        "Unsupported signature method_name: tensorflow/serving/predict",
        "UNIMPLEMENTED",
    ),
]


def _is_the_signatures(response: Message) -> None:
    assert response.model_spec == spec(version=123)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert signatures.signature_def["regress_x_to_y"].method_name == "tensorflow/serving/regress"
    assert signatures.signature_def["regress_x_to_y"].inputs["inputs"].name == "tf_example:0"


def _status_of(*versions: int) -> get_model_status_pb2.GetModelStatusResponse:
    response = get_model_status_pb2.GetModelStatusResponse()
    for version in versions:
        added = response.model_version_status.add(version=version, state="AVAILABLE")
        added.status.SetInParent()
    return response


_M = 'name: "m" base_path: "/m" model_platform: "tensorflow"'


def _reload(*models: str) -> model_management_pb2.ReloadConfigRequest:
    text = "".join(f"config {{ {model} }} " for model in models)
    return text_format.Parse(f"config {{ model_config_list {{ {text} }} }}", model_management_pb2.ReloadConfigRequest())


DESCRIPTIONS = [
    Grpc("6.1 status", status(spec("versions")), _status_of(2, 1)),
    Grpc("6.1 one version", status(spec("versions", version=1)), _status_of(1)),
    Grpc("6.1 a label does not filter", status(spec("versions", label="stable")), _status_of(2, 1)),
    NotFound("6.1 no such model", status(spec("M")), "Could not find any versions of model M"),
    NotFound("6.1 no such version", status(spec("versions", version=3)), "Could not find version 3 of model versions"),
    Grpc("7.3 no spec", get_model_status_pb2.GetModelStatusRequest(), "Missing ModelSpec"),
    Grpc("7.9 name and version only", metadata(spec(), "signature_def"), _is_the_signatures),
    Grpc("7.12 no field", metadata(spec()), "GetModelMetadataRequest must specify at least one metadata_field"),
    Grpc("7.12 another field", metadata(spec(), "colour"), "Metadata field colour is not supported"),
    Grpc(
        "7.3 no spec",
        get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"]),
        "Missing ModelSpec",
    ),
    Grpc(
        "7.13 only lists of models",
        model_management_pb2.ReloadConfigRequest(),
        "ServerModelConfig type not supported by HandleReloadConfigRequest. "
        "Only ModelConfigList is currently supported",
    ),
    *(
        Grpc(f"8.9 {why}", _reload(*models), message)
        for why, models, message in (
            ("a name twice", [_M, _M], "Illegal to list model m multiple times in config list"),
            (
                "a relative base path",
                [_M.replace("/m", "m")],
                "Expected model m to have an absolute path or URI; got base_path()=m",
            ),
            (
                "another platform",
                ['name: "half_plus_two" base_path: "/m" model_platform: "other"'],
                "Illegal to change a model's platform. For model half_plus_two platform was tensorflow "
                "and new platform requested is other",
            ),
        )
    ),
    FailedPrecondition(
        "8.8 a label on a version that is not available",
        _reload(_M.replace('"m"', '"versions"') + ' version_labels { key: "stable" value: 7 }'),
        "Request to assign label to version 7 of model versions, which is not currently available for inference",
    ),
]
