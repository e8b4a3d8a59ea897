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
    model_pb2,
    regression_pb2,
)

from tests.conformance.cases import GrpcCase, Starts
from tests.support.tf_serving_requests import classify, examples, metadata, multi, regress, spec, status

INVALID, MISSING = "INVALID_ARGUMENT", "NOT_FOUND"


def _used(signature: str) -> model_pb2.ModelSpec:
    return spec(signature=signature, version=123)


def _classes(*rows: tuple[tuple[str, float], ...]) -> classification_pb2.ClassificationResult:
    result = classification_pb2.ClassificationResult()
    for row in rows:
        classes = result.classifications.add().classes
        for label, score in row:
            classes.add(label=label, score=score)
    return result


def _regressions(*values: float) -> regression_pb2.RegressionResult:
    return regression_pb2.RegressionResult(regressions=[regression_pb2.Regression(value=value) for value in values])


EXAMPLES = [
    GrpcCase(
        "5 regress",
        "Regress",
        regress(spec(signature="regress_x_to_y"), examples(1.0, 2.0)),
        regression_pb2.RegressionResponse(model_spec=_used("regress_x_to_y"), result=_regressions(2.5, 3.0)),
    ),
    GrpcCase(
        "5 context before each example",
        "Regress",
        regress(spec(signature="regress_x_to_y"), examples(1.0, 2.0, bonus=10.0)),
        regression_pb2.RegressionResponse(model_spec=_used("regress_x_to_y"), result=_regressions(12.5, 13.0)),
    ),
    GrpcCase(
        "5 classify: scores alone",
        "Classify",
        classify(spec(signature="classify_x_to_y"), examples(2.0)),
        classification_pb2.ClassificationResponse(model_spec=_used("classify_x_to_y"), result=_classes((("", 3.0),))),
    ),
    GrpcCase(
        "5 classify: labels and scores",
        "Classify",
        classify(spec(signature="classify_both"), examples(0.0, 2.0)),
        classification_pb2.ClassificationResponse(
            model_spec=_used("classify_both"),
            result=_classes((("plus", 2.0), ("minus", -2.0)), (("plus", 3.0), ("minus", -3.0))),
        ),
    ),
    GrpcCase(
        "5 empty", "Classify", classify(spec(signature="classify_both"), examples()), (INVALID, "Input is empty.")
    ),
    GrpcCase("5 empty", "Regress", regress(spec(signature="wide"), input_pb2.Input()), (INVALID, "Input is empty.")),
    GrpcCase("7.3 no spec", "Classify", classification_pb2.ClassificationRequest(), (INVALID, "Missing ModelSpec")),
    GrpcCase("7.3 no spec", "Regress", regression_pb2.RegressionRequest(), (INVALID, "Missing ModelSpec")),
    GrpcCase(
        "7.6 no such signature",
        "Classify",
        classify(spec(signature="S"), examples(1.0)),
        (INVALID, "No signature was found with the name: S"),
    ),
    GrpcCase(
        "7.6 no such signature",
        "Regress",
        regress(spec(signature="S"), examples(1.0)),
        (INVALID, "No signature was found with the name: S"),
    ),
    GrpcCase(
        "7.4 no such model",
        "Regress",
        regress(spec("M"), examples(1.0)),
        (MISSING, "Servable not found for request: Latest(M)"),
    ),
    GrpcCase(
        "5 the input is named inputs",
        "Regress",
        regress(spec(), examples(1.0)),
        ("FAILED_PRECONDITION", Starts("No regression inputs found in SignatureDef: ")),
    ),
    GrpcCase(
        "5 classes are strings",
        "Classify",
        classify(spec(signature="predict_named"), examples(1.0)),
        (
            "FAILED_PRECONDITION",
            Starts('Expected classification signature outputs to contain at least one of "classes" or "scores".'),
        ),
    ),
    GrpcCase(
        "7.1 several tasks",
        "MultiInference",
        multi(
            examples(2.0),
            ("regress", spec(signature="regress_x_to_y")),
            ("classify", spec(signature="classify_both")),
        ),
        inference_pb2.MultiInferenceResponse(
            results=[
                inference_pb2.InferenceResult(model_spec=_used("regress_x_to_y"), regression_result=_regressions(3.0)),
                inference_pb2.InferenceResult(
                    model_spec=_used("classify_both"),
                    classification_result=_classes((("plus", 3.0), ("minus", -3.0))),
                ),
            ]
        ),
    ),
    GrpcCase(
        "7.6 no such signature",
        "MultiInference",
        multi(examples(2.0), ("regress", spec(signature="S"))),
        (INVALID, "Requested signature not found in model graph: S"),
    ),
    GrpcCase(
        "7.1 a signature twice",
        "MultiInference",
        multi(examples(2.0), *[("regress", spec(signature="regress_x_to_y"))] * 2),
        (INVALID, "Duplicate evaluation of signature: regress_x_to_y"),
    ),
    GrpcCase(
        "7.1 one model",
        "MultiInference",
        multi(examples(2.0), ("regress", spec(signature="regress_x_to_y")), ("regress", spec("strings"))),
        (INVALID, "All ModelSpecs in a MultiInferenceRequest must access the same model name."),
    ),
    GrpcCase(
        "7.1 a task of another kind",
        "MultiInference",
        multi(examples(2.0), ("predict", spec(signature="regress_x_to_y"))),
        ("UNIMPLEMENTED", "Unsupported signature method_name: tensorflow/serving/predict"),
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


def _reload(text: str) -> model_management_pb2.ReloadConfigRequest:
    return text_format.Parse(text, model_management_pb2.ReloadConfigRequest())


DESCRIPTIONS = [
    GrpcCase("6.1 status", "GetModelStatus", status(spec("versions")), _status_of(2, 1)),
    GrpcCase("6.1 one version", "GetModelStatus", status(spec("versions", version=1)), _status_of(1)),
    GrpcCase(
        "6.1 a label does not filter", "GetModelStatus", status(spec("versions", label="stable")), _status_of(2, 1)
    ),
    GrpcCase(
        "6.1 no such model", "GetModelStatus", status(spec("M")), (MISSING, "Could not find any versions of model M")
    ),
    GrpcCase(
        "7.3 no spec",
        "GetModelStatus",
        get_model_status_pb2.GetModelStatusRequest(),
        (INVALID, "Missing ModelSpec"),
    ),
    GrpcCase("7.9 name and version only", "GetModelMetadata", metadata(spec(), "signature_def"), _is_the_signatures),
    GrpcCase(
        "7.12 no field",
        "GetModelMetadata",
        metadata(spec()),
        (INVALID, "GetModelMetadataRequest must specify at least one metadata_field"),
    ),
    GrpcCase(
        "7.12 another field",
        "GetModelMetadata",
        metadata(spec(), "colour"),
        (INVALID, "Metadata field colour is not supported"),
    ),
    GrpcCase(
        "7.3 no spec",
        "GetModelMetadata",
        get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"]),
        (INVALID, "Missing ModelSpec"),
    ),
    GrpcCase(
        "7.13 only lists of models",
        "HandleReloadConfigRequest",
        model_management_pb2.ReloadConfigRequest(),
        (INVALID, Starts("ServerModelConfig type not supported by HandleReloadConfigRequest.")),
    ),
    GrpcCase(
        "8.9 a name twice",
        "HandleReloadConfigRequest",
        _reload(
            "config { model_config_list {"
            + ' config { name: "m" base_path: "/m" model_platform: "tensorflow" }' * 2
            + " } }"
        ),
        (INVALID, "Illegal to list model m multiple times in config list"),
    ),
    GrpcCase(
        "8.9 a relative base path",
        "HandleReloadConfigRequest",
        _reload('config { model_config_list { config { name: "m" base_path: "m" model_platform: "tensorflow" } } }'),
        (INVALID, "Expected model m to have an absolute path or URI; got base_path()=m"),
    ),
    GrpcCase(
        "8.9 another platform",
        "HandleReloadConfigRequest",
        _reload(
            'config { model_config_list { config { name: "half_plus_two" base_path: "/m" model_platform: "other" } } }'
        ),
        (INVALID, Starts("Illegal to change a model's platform. For model half_plus_two platform was tensorflow")),
    ),
    GrpcCase(
        "8.8 a label on a version that is not available",
        "HandleReloadConfigRequest",
        _reload(
            'config { model_config_list { config { name: "versions" base_path: "/m" model_platform: "tensorflow" '
            'version_labels { key: "stable" value: 7 } } } }'
        ),
        (
            "FAILED_PRECONDITION",
            "Request to assign label to version 7 of model versions, which is not currently available for inference",
        ),
    ),
]
