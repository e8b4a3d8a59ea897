"""Requests of the `rank` signature, built from plain Python objects.

The same tensors go out over both protocols. Ids and texts stay strings; what they mean to the model is the exported
graph's business.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas import signatures
from schemas.canonical_event import Token

if TYPE_CHECKING:
    from tensorflow_serving.apis import predict_pb2

NestedStrings = list[Any]
"""Lists of strings, nested as deep as the tensor has axes."""


@dataclass(frozen=True)
class RankRequest:
    """One user's question: in which order do these items suit me now?

    Attributes:
        user_id: Who asks; unknown and empty are served.
        candidates: The items to rank.
        query: What was typed into the search box; empty asks for recommendations.
        history: What the user did before, oldest first; may be empty.
        timestamp_ms: When, in milliseconds since 1970; negative where a model wants to know and nobody does. None for
            models that are not told (`transform.context` has neither hour nor weekday).
        context: The other values of `transform.context` by name, such as the device; empty where unknown. Every value
            that the model was trained with, and no other.
    """

    user_id: str
    candidates: tuple[str, ...]
    query: str = ""
    history: tuple[Token, ...] = ()
    timestamp_ms: int | None = None
    context: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what the signature cannot express."""
        if not self.candidates:
            raise ValueError(f"A request needs candidates. Received: none, for user {self.user_id!r}")
        if "" in self.candidates:
            raise ValueError("A candidate is empty, which stands for padding.")


def rank_inputs(requests: Sequence[RankRequest]) -> dict[str, NestedStrings]:
    """Builds the tensors of one call for one or more users.

    Shorter histories, token items and candidate lists end with empty strings. Every axis has at least one place, since
    JSON cannot tell the shape of an empty nested list.

    Args:
        requests: What is asked, a row each.

    Returns:
        The inputs that `schemas.signatures.RANK_INPUTS` names, as nested lists, and those that tell of the moment where
        a request does.
    """
    if not requests:
        raise ValueError("A call needs at least one request. Received: none")
    places = max(1, *(len(request.history) for request in requests))
    items = max([1, *(len(token.items) for request in requests for token in request.history)])
    candidates = max(len(request.candidates) for request in requests)
    no_items = [""] * items
    return {
        signatures.RANK_USER_ID: [request.user_id for request in requests],
        signatures.RANK_QUERY: [request.query for request in requests],
        signatures.RANK_CANDIDATES: [_padded(request.candidates, candidates, "") for request in requests],
        signatures.RANK_HISTORY_SURFACES: [
            _padded([token.surface.value for token in request.history], places, "") for request in requests
        ],
        signatures.RANK_HISTORY_QUERIES: [
            _padded([token.query for token in request.history], places, "") for request in requests
        ],
        signatures.RANK_HISTORY_ITEMS: [
            _padded([_padded(token.items, items, "") for token in request.history], places, no_items)
            for request in requests
        ],
        **_moment(requests),
    }


def _moment(requests: Sequence[RankRequest]) -> dict[str, NestedStrings]:
    """When, and the named values; what one request tells and another does not is unknown there."""
    inputs: dict[str, NestedStrings] = {}
    if any(request.timestamp_ms is not None for request in requests):
        inputs[signatures.RANK_TIMESTAMP_MS] = [
            -1 if request.timestamp_ms is None else request.timestamp_ms for request in requests
        ]
    names = dict.fromkeys(name for request in requests for name in request.context)
    return inputs | {name: [request.context.get(name, "") for request in requests] for name in names}


def rest_body(requests: Sequence[RankRequest]) -> bytes:
    """The body of a REST predict call, in column form."""
    body = {"signature_name": signatures.RANK, "inputs": rank_inputs(requests)}
    return json.dumps(body, ensure_ascii=False).encode()


def predict_request(
    requests: Sequence[RankRequest], model_name: str, version: int | None = None
) -> "predict_pb2.PredictRequest":
    """The message of a gRPC Predict call.

    Args:
        requests: What is asked, a row each.
        model_name: The served model.
        version: One of its versions; None asks the newest.
    """
    # The stubs bring all of TensorFlow with them, which callers over REST need not wait for.
    from tensorflow.core.framework import types_pb2
    from tensorflow_serving.apis import predict_pb2

    message = predict_pb2.PredictRequest()
    message.model_spec.name = model_name
    message.model_spec.signature_name = signatures.RANK
    if version is not None:
        message.model_spec.version.value = version
    for name, values in rank_inputs(requests).items():
        tensor = message.inputs[name]
        tensor.tensor_shape.dim.add(size=len(values))
        if name == signatures.RANK_TIMESTAMP_MS:
            tensor.dtype = types_pb2.DT_INT64
            tensor.int64_val.extend(values)
            continue
        tensor.dtype = types_pb2.DT_STRING
        while isinstance(values[0], list):
            tensor.tensor_shape.dim.add(size=len(values[0]))
            values = [each for row in values for each in row]
        tensor.string_val.extend(each.encode() for each in values)
    return message


def _padded(values: Sequence[Any], length: int, padding: Any) -> list[Any]:
    return [*values, *[padding] * (length - len(values))]
