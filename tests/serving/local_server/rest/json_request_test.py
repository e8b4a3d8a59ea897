import json

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from serving.local_server.rest.json_request import BodyForm, parse_predict_body

ONE = {"x": meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_FLOAT)}
TWO = {
    "word": meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_STRING),
    "times": meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_INT64),
}


def tensors(body, infos=ONE):
    return parse_predict_body(json.dumps(body).encode()).tensors(infos)


def refusal(body, infos=ONE, error=tf.errors.InvalidArgumentError):
    with pytest.raises(error) as caught:
        tensors(body, infos)
    return caught.value.message


def test_rows_of_bare_values():
    form, arrays = tensors({"instances": [[1, 2], [3, 4], [5, 6]]})
    assert form is BodyForm.ROW
    np.testing.assert_array_equal(arrays["x"], np.array([[1, 2], [3, 4], [5, 6]], np.float32))


def test_rows_of_objects():
    _, arrays = tensors({"instances": [{"word": "a", "times": 1}, {"times": 2, "word": {"b64": "Yg=="}}]}, TWO)
    assert arrays["word"].tolist() == [b"a", b"b"]
    assert arrays["times"].tolist() == [1, 2]


def test_one_input_may_be_named_in_rows():
    assert tensors({"instances": [{"x": [1]}, {"x": [2]}]})[1]["x"].tolist() == [[1.0], [2.0]]


def test_base64_rows_are_values():
    infos = {"word": TWO["word"]}
    assert tensors({"instances": [{"b64": "YQ=="}, "b"]}, infos)[1]["word"].tolist() == [b"a", b"b"]


def test_columns():
    form, arrays = tensors({"inputs": {"word": ["a"], "times": [[1, 2]], "extra": "ignored"}}, TWO)
    assert form is BodyForm.COLUMN
    assert arrays["word"].shape == (1,)
    assert arrays["times"].shape == (1, 2)
    assert sorted(arrays) == ["times", "word"]


@pytest.mark.parametrize(("value", "shape"), [(1.5, ()), ([1, 2], (2,)), ({"x": [[1]]}, (1, 1)), ([], (0,))])
def test_columns_of_one_input(value, shape):
    assert tensors({"inputs": value})[1]["x"].shape == shape


def test_the_signature_is_named_in_the_body():
    assert parse_predict_body(b'{"signature_name": "other"}').signature_name == "other"
    assert parse_predict_body(b"{}").signature_name == ""
    with pytest.raises(tf.errors.InvalidArgumentError, match="'signature_name' key must be a string value."):
        parse_predict_body(b'{"signature_name": 3}')


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing 'inputs' or 'instances' key"),
        ({"instances": [1], "inputs": [1]}, "expecting only one of 'inputs' or 'instances' keys to exist "),
        ({"instances": 1}, "Excepting 'instances' to be an list/array"),
        ({"instances": []}, "No values in 'instances' array"),
        ({"instances": [1, {"x": 2}]}, "Expecting value/list but got object at item 1 of input list"),
        ({"instances": [{"x": 2}, 1]}, "Expecting object but got list at item 1 of input list"),
        (
            {"instances": [1, "a"]},
            "Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: "
            'JSON Value: "a" Type: String is not of expected type: float',
        ),
        ({"instances": [[1], [1, 2]]}, "Error: INVALID_ARGUMENT: Expecting tensor size: 1 but got: 2"),
        ({"instances": [[[1, 2]], [[1], [2]]]}, "Error: INVALID_ARGUMENT: Expecting shape [1,2] but got: [2,1]"),
        (
            {"instances": [{"y": 1}]},
            "Failed to process element: 0 key: y of 'instances' list. Error: INVALID_ARGUMENT: "
            "JSON object: does not have named input: y",
        ),
        ({"inputs": {"y": 1}}, "Missing named input: x in 'inputs' object."),
    ],
)
def test_refusals(body, message):
    assert refusal(body).endswith(message)


def test_several_inputs_need_names():
    assert refusal({"instances": ["a"]}, TWO).startswith("instances is a plain list, but expecting list of objects")
    assert refusal({"inputs": ["a"]}, TWO).startswith("inputs is a plain value/list, but expecting an object")


def test_a_row_with_a_missing_key():
    assert refusal({"instances": [{"word": "a"}]}, TWO).endswith("keys must be equal to: times,word")


def test_a_type_that_rows_cannot_have():
    infos = {"x": meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_HALF)}
    assert "Error: UNIMPLEMENTED: Conversion of JSON Value: 1 to type: half" in refusal({"instances": [1]}, infos)
    assert refusal({"inputs": [1]}, infos, tf.errors.UnimplementedError).startswith("Conversion of JSON Value: 1")


def test_a_signature_without_inputs():
    assert refusal({"instances": [1]}, {}) == "Failed to get input map for signature: DEFAULT"
