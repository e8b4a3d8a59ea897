"""Makes gRPC requests from plain values."""

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    input_pb2,
    model_pb2,
    predict_pb2,
    regression_pb2,
)

from serving.client.call import Call


def spec(name: str = "half_plus_two", signature: str = "", version: int = 0, label: str = "") -> model_pb2.ModelSpec:
    """Names a model, and a version of it by number or label."""
    made = model_pb2.ModelSpec(name=name, signature_name=signature)
    if version:
        made.version.value = version
    if label:
        made.version_label = label
    return made


def predict(model: model_pb2.ModelSpec, outputs: tuple[str, ...] = (), **inputs: Any) -> predict_pb2.PredictRequest:
    """A call of a signature. Python floats are sent as float32."""
    request = predict_pb2.PredictRequest(model_spec=model, output_filter=outputs)
    for name, value in inputs.items():
        array = np.asarray(value)
        wanted = np.float32 if array.dtype == np.float64 and not isinstance(value, np.ndarray) else None
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value, dtype=wanted))
    return request


def of_call(call: Call, model_name: str = "shop") -> predict_pb2.PredictRequest:
    """The request that our client sends, as a message of TF Serving's own class."""
    return predict_pb2.PredictRequest.FromString(call.grpc_message(model_name).SerializeToString())


def examples(*values: float, bonus: float | None = None) -> input_pb2.Input:
    """tf.Examples with a feature `x`. A `bonus` goes into their common context."""
    made = input_pb2.Input()
    added = made.example_list.examples
    if bonus is not None:
        made.example_list_with_context.context.features.feature["bonus"].float_list.value.append(bonus)
        added = made.example_list_with_context.examples
    for value in values:
        added.add().features.feature["x"].float_list.value.append(value)
    return made


def classify(model: model_pb2.ModelSpec, given: input_pb2.Input) -> classification_pb2.ClassificationRequest:
    """A request to classify."""
    return classification_pb2.ClassificationRequest(model_spec=model, input=given)


def regress(model: model_pb2.ModelSpec, given: input_pb2.Input) -> regression_pb2.RegressionRequest:
    """A request to regress."""
    return regression_pb2.RegressionRequest(model_spec=model, input=given)


def multi(given: input_pb2.Input, *tasks: tuple[str, model_pb2.ModelSpec]) -> inference_pb2.MultiInferenceRequest:
    """Several tasks, each `classify` or `regress` and a model, on the same examples."""
    request = inference_pb2.MultiInferenceRequest(input=given)
    for method, model in tasks:
        request.tasks.add(model_spec=model, method_name=f"tensorflow/serving/{method}")
    return request


def metadata(model: model_pb2.ModelSpec, *fields: str) -> get_model_metadata_pb2.GetModelMetadataRequest:
    """A request for metadata."""
    return get_model_metadata_pb2.GetModelMetadataRequest(model_spec=model, metadata_field=fields)


def status(model: model_pb2.ModelSpec) -> get_model_status_pb2.GetModelStatusRequest:
    """A request for status."""
    return get_model_status_pb2.GetModelStatusRequest(model_spec=model)
