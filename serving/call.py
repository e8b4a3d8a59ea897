"""One call of a signature, and the two forms in which its tensors travel."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas import signatures

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

    def grpc_message(self, model_name: str, version: int | None = None) -> Any:
        """The `PredictRequest` of a gRPC Predict call.

        Args:
            model_name: The served model.
            version: One of its versions; None asks the newest.
        """
        # Protobuf's messages take a while to be declared, which callers over REST need not wait for.
        from serving.prediction_messages import DT_INT32, DT_INT64, PredictRequest
        from serving.tensor_values import fill

        message = PredictRequest()
        message.model_spec.name = model_name
        message.model_spec.signature_name = self.signature
        if version is not None:
            message.model_spec.version.value = version
        for name, values in self.inputs.items():
            fill(message.inputs[name], values, DT_INT32 if name == signatures.K else DT_INT64)
        return message


def _base64(value: bytes) -> dict[str, str]:
    """Bytes as a model server takes them in JSON."""
    return {"b64": base64.b64encode(value).decode()}
