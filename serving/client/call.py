"""A call of a signature, as a REST body or a gRPC message, and the error that a call can end with."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.signature_catalogue import SIGNATURES

_INT32_INPUTS = {each.name for row in SIGNATURES.values() for each in row.inputs if each.dtype == "int32"}
NestedList = list[Any]
"""Strings, bytes, numbers or booleans in nested lists, with one level for each axis of the tensor."""


@dataclass(frozen=True)
class Call:
    """What is sent to the server, and which outputs are expected.

    Attributes:
        signature: The signature's name.
        inputs: Input name to values. No axis is empty, since JSON cannot tell the shape of an empty nested list.
        outputs: The outputs that the answer must have.
    """

    signature: str
    inputs: Mapping[str, NestedList]
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, signature: str, inputs: Mapping[str, NestedList]) -> "Call":
        """Makes a call of a signature of the catalogue, with the outputs that the catalogue lists."""
        return cls(signature, inputs, tuple(output.name for output in SIGNATURES[signature].outputs))

    def rest_body(self) -> bytes:
        """Returns the body of a REST predict call, in column form."""
        body = {"signature_name": self.signature, "inputs": self.inputs}
        return json.dumps(body, ensure_ascii=False, default=_base64).encode()

    def grpc_message(self, model_name: str, version: int | None = None) -> Any:
        """Returns the `PredictRequest` of a gRPC Predict call.

        Args:
            model_name: The served model.
            version: One of its versions; None asks the newest one.
        """
        # Declaring protobuf's messages takes a while, and calls over REST do not need them.
        from serving.messages.prediction_messages import DT_INT32, DT_INT64, PredictRequest
        from serving.messages.tensor_values import fill

        message = PredictRequest()
        message.model_spec.name = model_name
        message.model_spec.signature_name = self.signature
        if version is not None:
            message.model_spec.version.value = version
        for name, values in self.inputs.items():
            fill(message.inputs[name], values, DT_INT32 if name in _INT32_INPUTS else DT_INT64)
        return message


def _base64(value: bytes) -> dict[str, str]:
    """Encodes bytes as a model server expects them in JSON."""
    return {"b64": base64.b64encode(value).decode()}


UNAVAILABLE = "UNAVAILABLE"
NOT_FOUND = "NOT_FOUND"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
INTERNAL = "INTERNAL"
UNKNOWN = "UNKNOWN"

OTHER_PROGRAM = "another program listens there, not a model server"
"""How the message of a `CallError` begins if the program that answered is not a model server."""
_NODE = re.compile(r"\s*(\[\[)?\{\{.*?\}\}(\]\])?\s*")
_ASSERTION = re.compile(r"assertion failed: \[(.*?)\] \[(.*)\]", re.DOTALL)


class CallError(Exception):
    """A call that was not answered, or was refused.

    Attributes:
        code: The name of the gRPC status code. Over REST, the one that the HTTP code stands for.
        message: What the server said, or what went wrong on the way to it. The error's text leaves out the names of the
            model's operations.
        address: Host and port of the server.
    """

    def __init__(self, code: str, message: str, address: str):
        super().__init__(f"{address} answered {code}: {_in_short(message)}")
        self.code = code
        self.message = message
        self.address = address


def _in_short(message: str) -> str:
    """Strips what TensorFlow puts around a model's own message."""
    begin, *_ = re.split(r"\n\t ?\[\[", message)
    plain = _NODE.sub(" ", begin).strip()
    asserted = _ASSERTION.fullmatch(plain)
    return f"{asserted[1]} {asserted[2]}" if asserted else plain
