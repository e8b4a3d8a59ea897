"""Cases of Predict: section 7 of the contract."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import Message
from tensorflow_serving.apis import predict_pb2

from tests.conformance.cases import FailedPrecondition, Grpc, NotFound, Starts, not_served
from tests.support.tf_serving_requests import predict, spec

_WRONG_COUNT = (
    "input size does not match signature: {sent}!=1 len({{{names}}}) != len({{x}}). "
    "Sent extra: {{{extra}}}. Missing but required: {{{missing}}}."
)


def gives(version: int = 123, signature: str = "serving_default", **outputs: Any) -> Callable[[Message], None]:
    """A check that an answer has these outputs, in typed fields, and names version and signature."""

    def check(response: Message) -> None:
        assert {name: tf.make_ndarray(each).tolist() for name, each in response.outputs.items()} == outputs
        assert not any(each.tensor_content for each in response.outputs.values())
        assert response.model_spec.signature_name == signature
        assert response.model_spec.version.value == version

    return check


def _content(content: bytes) -> predict_pb2.PredictRequest:
    """A request that sends two float32 as bytes."""
    request = predict(spec(), x=[1.0, 1.0])
    request.inputs["x"].ClearField("float_val")
    request.inputs["x"].tensor_content = content
    return request


PREDICT = [
    Grpc("7 predict", predict(spec(), x=[[2.0]]), gives(y=[[3.0]])),
    Grpc("7.9 the signature that is used", predict(spec(signature="serving_default"), x=2.0), gives(y=3.0)),
    Grpc("7.10 tensor_content", _content(np.array([2.0, 4.0], np.float32).tobytes()), gives(y=[3.0, 4.0])),
    Grpc("7.9 a version", predict(spec("versions", version=1), x=[2.0]), gives(1, y=[3.0])),
    Grpc("8.9 the newest", predict(spec("versions"), x=[2.0]), gives(2, y=[4.0])),
    Grpc("8.8 a label", predict(spec("versions", label="stable"), x=[2.0]), gives(1, y=[3.0])),
    Grpc("8.8 a label", predict(spec("versions", label="canary"), x=[2.0]), gives(2, y=[4.0])),
    Grpc("7 strings", predict(spec("strings"), text=["aé"]), gives(1, upper=["Aé".encode()])),
    Grpc("7 several outputs", predict(spec("several"), a=[1.0], b=[2.0]), gives(1, sum=[3.0], difference=[-1.0])),
    Grpc("7.8 output_filter", predict(spec("several"), ("sum",), a=[1.0], b=[2.0]), gives(1, sum=[3.0])),
    Grpc("7.3 no spec", predict_pb2.PredictRequest(), "Missing ModelSpec"),
    Grpc("7.3 no name", predict(spec("", "S")), "ModelSpec has no name specified."),
    NotFound("7.4 no such model", predict(spec("M")), not_served("Latest(M)")),
    NotFound("7.4 no such version", predict(spec("M", version=7)), not_served("Specific(M, 7)")),
    Grpc("7.5 no such label", predict(spec(label="L"), x=[2.0]), "Unrecognized servable version label: L"),
    FailedPrecondition(
        "7.6 no such signature", predict(spec(signature="S"), x=[2.0]), 'Serving signature key "S" not found.'
    ),
    Grpc("7.7 too few inputs", predict(spec()), _WRONG_COUNT.format(sent=0, names="", extra="", missing="x")),
    Grpc(
        "7.7 too many inputs",
        predict(spec(), x=1.0, z=1.0),
        _WRONG_COUNT.format(sent=2, names="x,z", extra="z", missing=""),
    ),
    Grpc(
        "7.7 a wrong name",
        predict(spec(), z=1.0),
        Starts("Signature input alias: x(feed name: x:0) not found in request and no default value provided. "),
    ),
    Grpc("7.7 an unparsable tensor", _content(b"123"), "tensor parsing error: x"),
    Grpc(
        "7.8 an unknown output",
        predict(spec(), ("q",), x=1.0),
        "output tensor alias not found in signature: q Outputs expected to be in the set {y}.",
    ),
    Grpc("7.8 an output twice", predict(spec(), ("y", "y"), x=1.0), "duplicate output tensor alias: y"),
    *(
        Grpc("7.9 a wrong type", predict(spec(), x=x), f"Expects arg[0] to be float but {kind} is provided")
        # Numbers are not converted.
        for x, kind in ((["1"], "string"), (np.array([1.0]), "double"), (np.array([1]), "int64"))
    ),
    Grpc("7.9 shapes are the op's business", predict(spec("several"), a=[1.0] * 2, b=[1.0] * 3), Starts("")),
    FailedPrecondition(
        "7.2 long messages",
        predict(spec(signature="s" * 2000), x=1.0),
        'Serving signature key "' + "s" * 1001 + "...TRUNCATED",
    ),
    *(
        Grpc(
            f"7.10 typed fields: {value.dtype}",
            predict(spec("strings", f"echo_{value.dtype}"), x=value),
            gives(1, f"echo_{value.dtype}", y=value.tolist()),
        )
        for value in (
            np.array([1.5, -2.25]),
            np.array([-128, 127], np.int8),
            np.array([[2**31 - 1]], np.int32),
            np.array([-(2**63)]),
            np.array([255], np.uint8),
            np.array([2**32 - 1], np.uint32),
            np.array([2**64 - 1], np.uint64),
            np.array([True, False]),
            np.array([1 + 2j], np.complex64),
            np.zeros([0, 3], np.float32),
        )
    ),
]
