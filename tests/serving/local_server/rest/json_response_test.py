"""Answers as JSON text; `tests/conformance/rest_answer_cases.py` has them over HTTP."""

import json
import math

import numpy as np
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import classification_pb2, regression_pb2

from serving.local_server.rest.json_request import BodyForm
from serving.local_server.rest.json_response import classify_answer, error_answer, predict_answer, regress_answer
from tests.support.local_servers import refusal


def rows(**outputs):
    return json.loads(predict_answer(outputs, BodyForm.ROW))["predictions"]


def columns(**outputs):
    return json.loads(predict_answer(outputs, BodyForm.COLUMN))["outputs"]


def test_numbers_without_digits():
    values = np.array([0, math.nan, math.inf, -math.inf], np.float32)
    assert b"[0.0, NaN, Infinity, -Infinity]" in predict_answer({"y": values}, BodyForm.COLUMN)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_float_comes_back_exactly(dtype):
    values = np.random.default_rng(3).normal(size=500).astype(dtype)
    assert np.array_equal(np.array(columns(y=values), dtype), values)


def test_shapes():
    assert rows(b=np.array([True, False]), a=np.array([[1.5], [2.0]])) == [
        {"a": [1.5], "b": True},
        {"a": [2.0], "b": False},
    ]
    assert columns(a=np.array(1), b=np.array([[1, 2]])) == {"a": 1, "b": [[1, 2]]}
    assert rows(a=np.zeros([0]), b=np.zeros([0, 2])) == columns(a=np.zeros([0, 3])) == []


def test_strings_and_bytes():
    value = np.array(['"é\n'.encode()], object)
    assert columns(text=value, raw_bytes=value) == {"raw_bytes": [{"b64": "IsOpCg=="}], "text": ['"é\n']}
    # Bytes that are not UTF-8 go out as they are.
    assert b'["\xff"]' in predict_answer({"text": np.array([b"\xff"], object)}, BodyForm.COLUMN)


@pytest.mark.parametrize(
    ("form", "outputs", "message"),
    [
        (
            BodyForm.ROW,
            {"a": np.zeros(2), "b": np.zeros(3)},
            "Tensor name: b has inconsistent batch size: 3 expecting: 2",
        ),
        (BodyForm.COLUMN, {"a": np.zeros(1, np.float16)}, "Failed to write JSON value for tensor type: half"),
    ],
)
def test_refusals(form, outputs, message):
    assert refusal(predict_answer, outputs, form) == message


def test_errors():
    assert json.loads(error_answer('no "such" model')) == {"error": 'no "such" model'}


def test_classify_and_regress():
    text = 'classifications { classes { label: "\\"a" score: 0.1 } classes { score: 3 } } classifications {}'
    result = text_format.Parse(text, classification_pb2.ClassificationResult())
    assert classify_answer(result) == b'{\n    "results": [[["\\"a", 0.1], ["", 3.0]], []]\n}'
    result = text_format.Parse("regressions { value: 0.1 } regressions { value: 2 }", regression_pb2.RegressionResult())
    assert regress_answer(result) == b'{\n    "results": [0.1, 2.0]\n}'
