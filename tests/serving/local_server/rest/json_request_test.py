"""Predict bodies in what `tests/conformance/rest_body_cases.py`, which has most of it, cannot ask."""

import json

import pytest
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from serving.local_server.rest.json_request import BodyForm, parse_predict_body
from tests.support.local_servers import refusal

ONE = {"x": meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_FLOAT)}


def tensors(body, infos=ONE):
    return parse_predict_body(json.dumps(body).encode()).tensors(infos)


def test_the_form_of_a_body():
    assert tensors({"instances": [1]})[0] is BodyForm.ROW
    assert tensors({"inputs": [1]})[0] is BodyForm.COLUMN


@pytest.mark.parametrize(("value", "shape"), [(1.5, ()), ([1, 2], (2,)), ({"x": [[1]]}, (1, 1)), ([], (0,))])
def test_columns_of_one_input(value, shape):
    assert tensors({"inputs": value})[1]["x"].shape == shape


def test_the_signature_is_named_in_the_body():
    assert parse_predict_body(b'{"signature_name": "other"}').signature_name == "other"
    assert parse_predict_body(b"{}").signature_name == ""


def test_a_type_that_json_cannot_give():
    infos = {"x": meta_graph_pb2.TensorInfo(dtype=types_pb2.DT_HALF)}
    unimplemented = tf.errors.UnimplementedError
    assert refusal(tensors, {"inputs": [1]}, infos, error=unimplemented) == "Conversion of JSON Value: 1 to type: half"
    assert refusal(tensors, {"instances": [1]}, infos) == (
        "Failed to process element: 0 of 'instances' list. Error: UNIMPLEMENTED: "
        "Conversion of JSON Value: 1 to type: half"
    )


def test_a_signature_without_inputs():
    assert refusal(tensors, {"instances": [1]}, {}) == "Failed to get input map for signature: DEFAULT"
