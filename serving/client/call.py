"""One call of a signature: the two forms in which its tensors travel, and the error that it can end with."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.signature_catalogue import SIGNATURES

_INT32_INPUTS = {each.name for row in SIGNATURES.values() for each in row.inputs if each.dtype == "int32"}
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

    @classmethod
    def of(cls, signature: str, inputs: Mapping[str, NestedList]) -> "Call":
        """A call of one of our signatures, which answers what the catalogue says."""
        return cls(signature, inputs, tuple(output.name for output in SIGNATURES[signature].outputs))

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
    """Bytes as a model server takes them in JSON."""
    return {"b64": base64.b64encode(value).decode()}


UNAVAILABLE = "UNAVAILABLE"
NOT_FOUND = "NOT_FOUND"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
INTERNAL = "INTERNAL"
UNKNOWN = "UNKNOWN"

OTHER_PROGRAM = "another program listens there, not a model server"
"""How the message of a `CallError` begins where what answered speaks another language."""
_NODE = re.compile(r"\s*(\[\[)?\{\{.*?\}\}(\]\])?\s*")
_ASSERTION = re.compile(r"assertion failed: \[(.*?)\] \[(.*)\]", re.DOTALL)


class CallError(Exception):
    """A call that was not answered, or was refused.

    Attributes:
        code: The name of the gRPC status code; over REST the one that its HTTP code stands for.
        message: What the server said, or what went wrong on the way to it. As text the error has it without the names
            of the model's operations.
        address: Host and port of the server.
    """

    def __init__(self, code: str, message: str, address: str):
        super().__init__(f"{address} answered {code}: {_in_short(message)}")
        self.code = code
        self.message = message
        self.address = address


def _in_short(message: str) -> str:
    """What a model refused, without TensorFlow's words around it."""
    begin, *_ = re.split(r"\n\t ?\[\[", message)
    plain = _NODE.sub(" ", begin).strip()
    asserted = _ASSERTION.fullmatch(plain)
    return f"{asserted[1]} {asserted[2]}" if asserted else plain
