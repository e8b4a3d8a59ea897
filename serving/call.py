"""One call of a signature, and the two forms in which its tensors travel."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas import signatures

if TYPE_CHECKING:
    from tensorflow_serving.apis import predict_pb2

NestedList = list[Any]
"""Strings (also as bytes, which need be no text), numbers or truth values, nested as deep as the tensor has axes."""


@dataclass(frozen=True)
class Call:
    """What goes to the server, and what is expected back.

    Attributes:
        signature: The signature's name.
        inputs: Input name to values. Every axis has at least one place, since JSON cannot tell the shape of an empty
            nested list.
        outputs: The outputs that the answer must have.
    """

    signature: str
    inputs: Mapping[str, NestedList]
    outputs: tuple[str, ...]

    def rest_body(self) -> bytes:
        """The body of a REST predict call, in column form."""
        body = {"signature_name": self.signature, "inputs": self.inputs}
        return json.dumps(body, ensure_ascii=False, default=_base64).encode()

    def grpc_message(self, model_name: str, version: int | None = None) -> "predict_pb2.PredictRequest":
        """The message of a gRPC Predict call.

        Args:
            model_name: The served model.
            version: One of its versions; None asks the newest.
        """
        # The stubs bring all of TensorFlow with them, which callers over REST need not wait for.
        from tensorflow.core.framework import types_pb2
        from tensorflow_serving.apis import predict_pb2

        message = predict_pb2.PredictRequest()
        message.model_spec.name = model_name
        message.model_spec.signature_name = self.signature
        if version is not None:
            message.model_spec.version.value = version
        for name, values in self.inputs.items():
            tensor = message.inputs[name]
            tensor.tensor_shape.dim.add(size=len(values))
            while isinstance(values[0], list):
                tensor.tensor_shape.dim.add(size=len(values[0]))
                values = [each for row in values for each in row]
            if isinstance(values[0], (str, bytes)):
                tensor.dtype = types_pb2.DT_STRING
                tensor.string_val.extend(each.encode() if isinstance(each, str) else each for each in values)
            elif isinstance(values[0], bool):
                tensor.dtype = types_pb2.DT_BOOL
                tensor.bool_val.extend(values)
            elif name == signatures.K:
                tensor.dtype = types_pb2.DT_INT32
                tensor.int_val.extend(values)
            else:
                tensor.dtype = types_pb2.DT_INT64
                tensor.int64_val.extend(values)
        return message


def _base64(value: bytes) -> dict[str, str]:
    """Bytes as a model server takes them in JSON."""
    return {"b64": base64.b64encode(value).decode()}
