"""What a case of the conformance suite is: a request, and the answer that TF Serving gives.

`rule` is the section and the bullet of the contract that the case holds to, with the bullet in a few words. The
sections: 1 REST routing, 2 status to HTTP, 3 predict body, 4 predict answer, 5 classify and regress, 6 status and
metadata, 7 gRPC, 8 versions and labels.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message


@dataclass(frozen=True)
class Starts:
    """An error whose text goes on in words of the runtime's own."""

    text: str


@dataclass(frozen=True)
class RestCase:
    """One request over HTTP.

    Attributes:
        rule: Of the contract.
        request: Method and path.
        body: JSON text or bytes; other values are written as JSON.
        code: HTTP's, of the answer.
        answer: The answer's JSON; text stands for an error with that message, `Starts` for the start of one, bytes for
            text that the body holds, and empty bytes for an empty body.
        headers: Of the request.
    """

    rule: str
    request: str
    body: Any
    code: int
    answer: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GrpcCase:
    """One call.

    Attributes:
        rule: Of the contract.
        method: Of PredictionService or ModelService.
        request: What is sent.
        answer: The answer as a message, a function that checks it, or code and message of the refusal.
    """

    rule: str
    method: str
    request: Message
    answer: Message | Callable[[Message], None] | tuple[str, str | Starts]
