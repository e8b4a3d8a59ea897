"""The messages of TF Serving's gRPC APIs that a client needs, without TensorFlow.

`tensorflow-serving-api` brings classes for the same messages, but they import all of TensorFlow, which takes longer
than a thousand calls. The classes here have the same fields and numbers, so client and server may each use either.
"""

from typing import Any

from serving.messages.message_classes import message_classes

_PACKAGE = "tensorflow.serving"

_CLASSES = message_classes(
    _PACKAGE,
    {
        "ModelSpec": {
            "name": "string",
            "version": ".google.protobuf.Int64Value",
            "signature_name": "string",
            "version_label": "string",
        },
        "Dim": {"size": "int64", "name": "string"},
        "TensorShapeProto": {"dim": f"repeated .{_PACKAGE}.Dim = 2", "unknown_rank": "bool"},
        "TensorProto": {
            "dtype": "int32",
            "tensor_shape": f".{_PACKAGE}.TensorShapeProto",
            "version_number": "int32",
            "tensor_content": "bytes",
            "float_val": "repeated float",
            "double_val": "repeated double",
            "int_val": "repeated int32",
            "string_val": "repeated bytes",
            "int64_val": "repeated int64 = 10",
            "bool_val": "repeated bool",
            "half_val": "repeated int32 = 13",
            "uint32_val": "repeated uint32 = 16",
            "uint64_val": "repeated uint64",
        },
        "PredictRequest": {
            "model_spec": f".{_PACKAGE}.ModelSpec",
            "inputs": f"map<string, .{_PACKAGE}.TensorProto>",
            "output_filter": "repeated string",
        },
        "PredictResponse": {
            "outputs": f"map<string, .{_PACKAGE}.TensorProto>",
            "model_spec": f".{_PACKAGE}.ModelSpec",
        },
        # Clients need the names of signatures only, so the message has no fields.
        "SignatureDef": {},
        "SignatureDefMap": {"signature_def": f"map<string, .{_PACKAGE}.SignatureDef>"},
        "Any": {"type_url": "string", "value": "bytes"},
        "GetModelMetadataRequest": {"model_spec": f".{_PACKAGE}.ModelSpec", "metadata_field": "repeated string"},
        "GetModelMetadataResponse": {
            "model_spec": f".{_PACKAGE}.ModelSpec",
            "metadata": f"map<string, .{_PACKAGE}.Any>",
        },
        "StatusProto": {"error_code": "int32", "error_message": "string"},
        "ModelVersionStatus": {"version": "int64", "state": "int32", "status": f".{_PACKAGE}.StatusProto"},
        "GetModelStatusRequest": {"model_spec": f".{_PACKAGE}.ModelSpec"},
        "GetModelStatusResponse": {"model_version_status": f"repeated .{_PACKAGE}.ModelVersionStatus"},
    },
)

TensorProto: Any = _CLASSES["TensorProto"]
PredictRequest: Any = _CLASSES["PredictRequest"]
PredictResponse: Any = _CLASSES["PredictResponse"]
SignatureDefMap: Any = _CLASSES["SignatureDefMap"]
GetModelMetadataRequest: Any = _CLASSES["GetModelMetadataRequest"]
GetModelMetadataResponse: Any = _CLASSES["GetModelMetadataResponse"]
GetModelStatusRequest: Any = _CLASSES["GetModelStatusRequest"]
GetModelStatusResponse: Any = _CLASSES["GetModelStatusResponse"]

PREDICT = f"/{_PACKAGE}.PredictionService/Predict"
GET_MODEL_METADATA = f"/{_PACKAGE}.PredictionService/GetModelMetadata"
GET_MODEL_STATUS = f"/{_PACKAGE}.ModelService/GetModelStatus"
"""The paths of the methods."""

DT_FLOAT, DT_DOUBLE, DT_INT32, DT_UINT8, DT_INT16, DT_INT8, DT_STRING = 1, 2, 3, 4, 5, 6, 7
DT_INT64, DT_BOOL, DT_UINT16, DT_HALF, DT_UINT32, DT_UINT64 = 9, 10, 17, 19, 22, 23
"""The numbers of tensor types."""
STATES = {0: "UNKNOWN", 10: "START", 20: "LOADING", 30: "AVAILABLE", 40: "UNLOADING", 50: "END"}
"""The states of a version by number."""
