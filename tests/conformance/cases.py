"""What a case of the conformance suite is: a request, and the answer that TF Serving gives.

`rule` is the section and the bullet of the contract that the case holds to, with the bullet in a few words. The
sections: 1 REST routing, 2 status to HTTP, 3 predict body, 4 predict answer, 5 classify and regress, 6 status and
metadata, 7 gRPC, 8 versions and labels.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message


@dataclass(frozen=True)
class Starts:
    """An error whose text begins like this and goes on in the runtime's own words."""

    text: str


@dataclass(frozen=True)
class Ends:
    """An error whose text ends like this; before it stands the JSON that it quotes."""

    text: str


Error = str | Starts | Ends
"""Text stands for the whole message."""


def not_served(asked: str) -> Error:
    """What is said of a model or a version that is not there."""
    return f"Servable not found for request: {asked}"


@dataclass(frozen=True)
class Rest:
    """One request over HTTP.

    Attributes:
        rule: Of the contract.
        request: Method and path.
        body: JSON text or bytes.
        answer: The answer's JSON, or an error. Bytes stand for text that the body holds, empty bytes for an empty body.
        code: HTTP code of the answer; None stands for 400 if the answer is an error, and for 200 if not.
        headers: Of the request.
    """

    rule: str
    request: str
    body: str | bytes
    answer: Any
    code: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grpc:
    """One call; the class of its request says of which method.

    Attributes:
        rule: Of the contract.
        request: What is sent.
        answer: The answer as a message, a function that checks it, or an error.
        code: Status code of an error.
    """

    rule: str
    request: Message
    answer: Message | Callable[[Message], None] | Error
    code: str = "INVALID_ARGUMENT"


NotFound = functools.partial(Grpc, code="NOT_FOUND")
FailedPrecondition = functools.partial(Grpc, code="FAILED_PRECONDITION")
