import json
import math

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import classification_pb2, regression_pb2

from serving.local_server.rest.json_request import BodyForm
from serving.local_server.rest.json_response import classify_answer, error_answer, predict_answer, regress_answer


def rows(**outputs):
    return json.loads(predict_answer(outputs, BodyForm.ROW))["predictions"]


def columns(**outputs):
    return json.loads(predict_answer(outputs, BodyForm.COLUMN))["outputs"]


def refusal(form, **outputs):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        predict_answer(outputs, form)
    return caught.value.message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9_000_000, "9e+06"),
        (999_999, "999999.0"),
        (0.5, "0.5"),
        (0.00003, "3e-05"),
        (0.2, "0.2"),
        (1 / 3, "0.333333343"),
        (0, "0.0"),
        (-0.0, "-0.0"),
        (16_777_217, "16777216.0"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_float_text(value, text):
    assert f'"outputs": [{text}]' in predict_answer({"y": np.array([value], np.float32)}, BodyForm.COLUMN).decode()


def test_double_text_has_seventeen_digits_where_needed():
    answer = predict_answer({"y": np.array([1 / 3, 0.25])}, BodyForm.COLUMN).decode()
    assert "[0.33333333333333331, 0.25]" in answer


def test_every_float_comes_back_exactly():
    values = np.random.default_rng(3).normal(size=500).astype(np.float32)
    assert np.array_equal(np.array(columns(y=values), np.float32), values)


def test_rows_of_one_output_are_bare():
    assert rows(y=np.array([[1, 2], [3, 4]])) == [[1, 2], [3, 4]]


def test_rows_of_several_outputs_are_objects():
    assert rows(b=np.array([True, False]), a=np.array([[1.5], [2.0]])) == [
        {"a": [1.5], "b": True},
        {"a": [2.0], "b": False},
    ]


def test_columns_keep_their_own_shapes():
    assert columns(a=np.array(1), b=np.array([[1, 2]])) == {"a": 1, "b": [[1, 2]]}
    assert columns(a=np.zeros([0, 3])) == []


def test_no_rows():
    assert rows(a=np.zeros([0]), b=np.zeros([0, 2])) == []


def test_strings_and_bytes():
    value = np.array(['"é\n'.encode()], object)
    assert columns(text=value, raw_bytes=value) == {"raw_bytes": [{"b64": "IsOpCg=="}], "text": ['"é\n']}


def test_bytes_that_are_not_utf8_go_out_as_they_are():
    assert b'["\xff"]' in predict_answer({"text": np.array([b"\xff"], object)}, BodyForm.COLUMN)


def test_rows_need_a_batch_axis():
    assert refusal(BodyForm.ROW, total=np.array(1.0)) == "Tensor name: total has no shape information "


def test_rows_need_one_batch_size():
    assert refusal(BodyForm.ROW, a=np.zeros(2), b=np.zeros(3)) == (
        "Tensor name: b has inconsistent batch size: 3 expecting: 2"
    )


def test_types_without_a_json_form():
    message = refusal(BodyForm.COLUMN, a=np.zeros(1, np.float16))
    assert message == "Failed to write JSON value for tensor type: half"


def test_errors():
    assert json.loads(error_answer('no "such" model')) == {"error": 'no "such" model'}


def test_classify_and_regress():
    text = 'classifications { classes { label: "\\"a" score: 0.1 } classes { score: 3 } } classifications {}'
    result = text_format.Parse(text, classification_pb2.ClassificationResult())
    assert classify_answer(result) == b'{\n    "results": [[["\\"a", 0.1], ["", 3.0]], []]\n}'
    result = text_format.Parse("regressions { value: 0.1 } regressions { value: 2 }", regression_pb2.RegressionResult())
    assert regress_answer(result) == b'{\n    "results": [0.1, 2.0]\n}'
