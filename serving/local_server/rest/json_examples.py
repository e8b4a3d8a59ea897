"""Parses the body of a REST classify or regress request: tf.Examples, each a JSON object of its features."""

from collections.abc import Mapping
from typing import Any

from tensorflow.core.example import example_pb2, feature_pb2
from tensorflow_serving.apis import input_pb2

from serving.local_server.rest.json_document import json_type, parse_object, quote, to_bytes
from serving.local_server.rest.json_request import signature_name_of
from serving.local_server.rest.json_tensors import BASE64_KEY, from_base64, is_base64
from serving.local_server.wire.statuses import ServingError, invalid_argument

EXAMPLES_KEY = "examples"
CONTEXT_KEY = "context"
_INT64_RANGE = range(-(2**63), 2**63)
_UINT64_RANGE = range(2**64)


def parse_examples_body(body: bytes, most_members: int | None = None) -> tuple[str, input_pb2.Input]:
    """Reads the body of a classify or regress request.

    Args:
        body: The body.
        most_members: The most members that all its lists and objects may have; None for any number.

    Returns:
        The signature's name, which is empty if the body names none, and the examples.

    Raises:
        tf.errors.InvalidArgumentError: The body is not JSON, or an example or the context is no object of features.
    """
    document = parse_object(body, most_members)
    signature_name = signature_name_of(document)
    given = input_pb2.Input()
    added = given.example_list.examples
    if CONTEXT_KEY in document:
        given.example_list_with_context.context.CopyFrom(_example(document[CONTEXT_KEY]))
        added = given.example_list_with_context.examples
    if EXAMPLES_KEY not in document:
        raise invalid_argument(
            f"JSON Value: {quote(document)} When method is classify, key '{EXAMPLES_KEY}' is expected and was not found"
        )
    examples = document[EXAMPLES_KEY]
    if not isinstance(examples, list):
        raise invalid_argument(f"JSON Value: {quote(document)} Expecting '{EXAMPLES_KEY}' value to be an list/array")
    if not examples:
        raise invalid_argument(f"JSON Value: {quote(document)} '{EXAMPLES_KEY}' value is an empty array")
    added.extend(_example(each) for each in examples)
    return signature_name, given


def _example(value: Any) -> example_pb2.Example:
    if not isinstance(value, Mapping):
        raise invalid_argument(f"Example must be JSON object but got JSON {json_type(value)}")
    example = example_pb2.Example()
    for name, content in value.items():
        feature = example.features.feature[name]
        for each in content if isinstance(content, list) else [content]:
            _add(each, name, feature)
    return example


def _add(value: Any, name: str, feature: feature_pb2.Feature) -> None:
    if isinstance(value, str) or is_base64(value):
        content = to_bytes(value) if isinstance(value, str) else from_base64(value[BASE64_KEY])
        _check_kind(feature, "bytes_list", name)
        feature.bytes_list.value.append(content)
    elif value is None or isinstance(value, list | dict):
        raise _unexpected(value, name)
    elif isinstance(value, float) or (value not in _INT64_RANGE and value not in _UINT64_RANGE):
        _check_kind(feature, "float_list", name)
        feature.float_list.value.append(value)
    else:
        _check_kind(feature, "int64_list", name)
        if value not in _INT64_RANGE:
            raise invalid_argument(f"Feature: {name} has uint64 element. Only int64 is supported.")
        feature.int64_list.value.append(int(value))


def _check_kind(feature: feature_pb2.Feature, wanted: str, name: str) -> None:
    kind = feature.WhichOneof("kind")
    if kind not in (None, wanted):
        expected = kind.removesuffix("_list")
        raise invalid_argument(f"Unexpected element type in feature: {name} expecting type: {expected}")


def _unexpected(value: Any, name: str) -> ServingError:
    return invalid_argument(f"Feature: {name} has element with unexpected JSON type: {json_type(value)}")
