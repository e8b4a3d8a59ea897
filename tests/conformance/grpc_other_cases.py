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

from tests.conformance.cases import GrpcCase, Starts
from tests.support.tf_serving_requests import classify, examples, metadata, multi, regress, spec, status

REGRESS = ("regress", spec(signature="regress_x_to_y"))
"""A task of MultiInference."""


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
    GrpcCase(
        "5 regress",
        regress(spec(signature="regress_x_to_y"), examples(1.0, 2.0)),
        _regressed("regress_x_to_y", 2.5, 3.0),
    ),
    GrpcCase(
        "5 context before each example",
        regress(spec(signature="regress_x_to_y"), examples(1.0, 2.0, bonus=10.0)),
        _regressed("regress_x_to_y", 12.5, 13.0),
    ),
    GrpcCase(
        "5 classify: scores alone",
        classify(spec(signature="classify_x_to_y"), examples(2.0)),
        _classified("classify_x_to_y", {"": 3.0}),
    ),
    GrpcCase(
        "5 classify: labels and scores",
        classify(spec(signature="classify_both"), examples(0.0, 2.0)),
        _classified("classify_both", {"plus": 2.0, "minus": -2.0}, {"plus": 3.0, "minus": -3.0}),
    ),
    GrpcCase("5 empty", classify(spec(signature="classify_both"), examples()), "Input is empty."),
    GrpcCase("5 empty", regress(spec(signature="wide"), input_pb2.Input()), "Input is empty."),
    GrpcCase("7.3 no spec", classification_pb2.ClassificationRequest(), "Missing ModelSpec"),
    GrpcCase("7.3 no spec", regression_pb2.RegressionRequest(), "Missing ModelSpec"),
    *(
        GrpcCase(
            "7.6 no such signature", ask(spec(signature="S"), examples(1.0)), "No signature was found with the name: S"
        )
        for ask in (classify, regress)
    ),
    GrpcCase(
        "7.4 no such model",
        regress(spec("M"), examples(1.0)),
        "Servable not found for request: Latest(M)",
        "NOT_FOUND",
    ),
    GrpcCase(
        "5 the input is named inputs",
        regress(spec(), examples(1.0)),
        Starts("No regression inputs found in SignatureDef: "),
        "FAILED_PRECONDITION",
    ),
    GrpcCase(
        "5 classes are strings",
        classify(spec(signature="predict_named"), examples(1.0)),
        Starts('Expected classification signature outputs to contain at least one of "classes" or "scores".'),
        "FAILED_PRECONDITION",
    ),
    GrpcCase(
        "7.1 several tasks",
        multi(examples(2.0), REGRESS, ("classify", spec(signature="classify_both"))),
        _together(_regressed("regress_x_to_y", 3.0), _classified("classify_both", {"plus": 3.0, "minus": -3.0})),
    ),
    GrpcCase(
        "7.6 no such signature",
        multi(examples(2.0), ("regress", spec(signature="S"))),
        "Requested signature not found in model graph: S",
    ),
    GrpcCase(
        "7.1 a signature twice",
        multi(examples(2.0), REGRESS, REGRESS),
        "Duplicate evaluation of signature: regress_x_to_y",
    ),
    GrpcCase(
        "7.1 one model",
        multi(examples(2.0), REGRESS, ("regress", spec("strings"))),
        "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
    ),
    GrpcCase(
        "7.1 a task of another kind",
        multi(examples(2.0), ("predict", spec(signature="regress_x_to_y"))),
        "Unsupported signature method_name: tensorflow/serving/predict",
        "UNIMPLEMENTED",
    ),
]


def _is_the_signatures(response: Message) -> None:
    assert isinstance(response, get_model_metadata_pb2.GetModelMetadataResponse)
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
    GrpcCase("6.1 status", status(spec("versions")), _status_of(2, 1)),
    GrpcCase("6.1 one version", status(spec("versions", version=1)), _status_of(1)),
    GrpcCase("6.1 a label does not filter", status(spec("versions", label="stable")), _status_of(2, 1)),
    GrpcCase("6.1 no such model", status(spec("M")), "Could not find any versions of model M", "NOT_FOUND"),
    GrpcCase(
        "6.1 no such version",
        status(spec("versions", version=3)),
        "Could not find version 3 of model versions",
        "NOT_FOUND",
    ),
    GrpcCase("7.3 no spec", get_model_status_pb2.GetModelStatusRequest(), "Missing ModelSpec"),
    GrpcCase("7.9 name and version only", metadata(spec(), "signature_def"), _is_the_signatures),
    GrpcCase("7.12 no field", metadata(spec()), "GetModelMetadataRequest must specify at least one metadata_field"),
    GrpcCase("7.12 another field", metadata(spec(), "colour"), "Metadata field colour is not supported"),
    GrpcCase(
        "7.3 no spec",
        get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"]),
        "Missing ModelSpec",
    ),
    GrpcCase(
        "7.13 only lists of models",
        model_management_pb2.ReloadConfigRequest(),
        "ServerModelConfig type not supported by HandleReloadConfigRequest. "
        "Only ModelConfigList is currently supported",
    ),
    *(
        GrpcCase(f"8.9 {why}", _reload(*models), message)
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
    GrpcCase(
        "8.8 a label on a version that is not available",
        _reload(_M.replace('"m"', '"versions"') + ' version_labels { key: "stable" value: 7 }'),
        "Request to assign label to version 7 of model versions, which is not currently available for inference",
        "FAILED_PRECONDITION",
    ),
]
