"""Tensors of messages as nested lists, against TensorFlow's own. The way back is tested in `client/call_test.py`."""

import re

import numpy as np
import pytest
import tensorflow as tf

from serving.messages.prediction_messages import DT_FLOAT, DT_HALF, DT_INT32, TensorProto
from serving.messages.tensor_values import nested_list

NUMBERS = [np.float32, np.float64, np.float16, np.int8, np.int16, np.int32, np.int64]
NUMBERS += [np.uint8, np.uint16, np.uint32, np.uint64]


def as_ours(proto):
    return TensorProto.FromString(proto.SerializeToString())


def tensor(shape, **fields):
    made = TensorProto(**fields)
    for size in shape:
        made.tensor_shape.dim.add(size=size)
    return made


@pytest.mark.parametrize("dtype", NUMBERS)
def test_numbers_of_every_type(dtype):
    values = np.array([[0, 1, 100], [7, 0, 3]], dtype)
    packed = tf.make_tensor_proto(values)
    assert bool(packed.tensor_content) == (dtype is not np.uint16)
    assert nested_list(as_ours(packed)) == [[0, 1, 100], [7, 0, 3]]
    typed = tf.make_tensor_proto(values[:1, 2:])
    assert nested_list(as_ours(typed)) == [[100]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0.1, np.inf], np.float32), [float(np.float32(0.1)), float("inf")]),
        ([["é".encode(), b"\xff"]], [["é", "\ufffd"]]),
        ([True, False], [True, False]),
        ("a", "a"),
        (np.zeros([0], np.float32), []),
        (np.zeros([2, 0], np.float32), [[], []]),
        (np.zeros([0, 2], np.float32), []),
    ],
)
def test_fractions_text_truth_and_axes_without_places(values, expected):
    assert nested_list(as_ours(tf.make_tensor_proto(values))) == expected


def test_halves_as_bits_and_a_last_value_that_stands_for_those_that_are_lacking():
    # Sign 0, exponent 14 - 15, fraction 0: one half.
    assert nested_list(tensor([1], dtype=DT_HALF, half_val=[0x3800])) == [0.5]
    assert nested_list(tensor([2, 2], dtype=DT_INT32, int_val=[1, 2])) == [[1, 2], [2, 2]]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dtype": 8}, "a tensor of type 8, which has no plain values"),
        ({"dtype": DT_FLOAT, "float_val": [1, 2]}, "2 values in a tensor of shape [1]"),
        ({"dtype": DT_FLOAT, "tensor_content": b"abc"}, "3 bytes in a tensor of 1 values"),
    ],
)
def test_what_is_no_plain_tensor(fields, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nested_list(tensor([1], **fields))
