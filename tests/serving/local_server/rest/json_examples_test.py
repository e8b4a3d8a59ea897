import json

import pytest
import tensorflow as tf

from serving.local_server.rest.json_examples import parse_examples_body


def features_of(example):
    def values(feature):
        return list(getattr(feature, feature.WhichOneof("kind")).value) if feature.WhichOneof("kind") else None

    return {name: values(feature) for name, feature in example.features.feature.items()}


def parsed(document):
    return parse_examples_body(json.dumps(document).encode())


def test_features_of_each_kind():
    example = {"whole": 3, "truth": [True, False], "number": [1.0, 2.5], "text": ["é", {"b64": "/w=="}], "none": []}
    name, given = parsed({"signature_name": "s", "examples": [example, {}]})
    assert name == "s"
    first, second = given.example_list.examples
    assert features_of(first) == {
        "whole": [3],
        "truth": [1, 0],
        "number": [1.0, 2.5],
        "text": ["é".encode(), b"\xff"],
        "none": None,
    }
    assert features_of(second) == {}


def test_numbers_keep_their_kind():
    _, given = parse_examples_body(b'{"examples": [{"a": 1e2, "b": -9223372036854775808, "c": 99999999999999999999}]}')
    assert features_of(given.example_list.examples[0]) == {"a": [100.0], "b": [-(2**63)], "c": [pytest.approx(1e20)]}


def test_context():
    name, given = parsed({"context": {"x": 1.0}, "examples": [{"y": 2.0}]})
    assert name == ""
    assert given.WhichOneof("kind") == "example_list_with_context"
    assert features_of(given.example_list_with_context.context) == {"x": [1.0]}
    assert [features_of(each) for each in given.example_list_with_context.examples] == [{"y": [2.0]}]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"examples": 1}, "Expecting 'examples' value to be an list/array"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({}, "When method is classify, key 'examples' is expected and was not found"),
    ],
)
def test_bodies_without_examples(document, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        parsed(document)
    assert caught.value.message == f"JSON Value: {json.dumps(document, indent=4)} {message}"


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (1, "Example must be JSON object but got JSON Number"),
        ([], "Example must be JSON object but got JSON Array"),
        ({"x": None}, "Feature: x has element with unexpected JSON type: Null"),
        ({"x": [[1]]}, "Feature: x has element with unexpected JSON type: Array"),
        ({"x": {"b64": "YQ==", "y": 1}}, "Feature: x has element with unexpected JSON type: Object"),
        ({"x": 2**63}, "Feature: x has uint64 element. Only int64 is supported."),
        ({"x": [1.5, 1]}, "Unexpected element type in feature: x expecting type: float"),
        ({"x": [1, "a"]}, "Unexpected element type in feature: x expecting type: int64"),
        ({"x": ["a", 1.5]}, "Unexpected element type in feature: x expecting type: bytes"),
        ({"x": {"b64": "*"}}, "Unable to base64 decode"),
    ],
)
def test_examples_that_are_refused(example, message):
    for document in ({"examples": [example]}, {"context": example, "examples": [{}]}):
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            parsed(document)
        assert caught.value.message == message


def test_a_name_that_is_no_string():
    with pytest.raises(tf.errors.InvalidArgumentError, match="'signature_name' key must be a string value."):
        parsed({"signature_name": 1, "examples": [{}]})
