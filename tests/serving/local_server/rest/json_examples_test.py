"""tf.Examples read from JSON; `tests/conformance/rest_example_cases.py` has what is refused."""

import json

import pytest

from serving.local_server.rest.json_examples import parse_examples_body
from tests.support.local_servers import refusal


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
    assert [features_of(each) for each in given.example_list.examples] == [
        {"whole": [3], "truth": [1, 0], "number": [1.0, 2.5], "text": ["é".encode(), b"\xff"], "none": None},
        {},
    ]


def test_numbers_keep_their_kind():
    _, given = parse_examples_body(b'{"examples": [{"a": 1e2, "b": -9223372036854775808, "c": 99999999999999999999}]}')
    assert features_of(given.example_list.examples[0]) == {"a": [100.0], "b": [-(2**63)], "c": [pytest.approx(1e20)]}


def test_context():
    name, given = parsed({"context": {"x": 1.0}, "examples": [{"y": 2.0}]})
    assert name == ""
    assert given.WhichOneof("kind") == "example_list_with_context"
    assert features_of(given.example_list_with_context.context) == {"x": [1.0]}
    assert [features_of(each) for each in given.example_list_with_context.examples] == [{"y": [2.0]}]
    message = refusal(parsed, {"context": [], "examples": [{}]})
    assert message == "Example must be JSON object but got JSON Array"
