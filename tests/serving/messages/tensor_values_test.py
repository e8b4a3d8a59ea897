"""Tensors of messages to and from nested lists, against TensorFlow's own functions."""

import numpy as np
import pytest

from serving.messages import prediction_messages
from serving.messages.prediction_messages import DT_INT32, TensorProto
from serving.messages.tensor_values import fill, nested_list

NUMBERS = [np.float32, np.float64, np.float16, np.int8, np.int16, np.int32, np.int64]
NUMBERS += [np.uint8, np.uint16, np.uint32, np.uint64]


def as_ours(proto):
    return TensorProto.FromString(proto.SerializeToString())


@pytest.mark.parametrize("dtype", NUMBERS)
def test_numbers_of_every_type(dtype):
    import tensorflow as tf

    values = np.array([[0, 1, 100], [7, 0, 3]], dtype)
    packed = tf.make_tensor_proto(values)
    assert bool(packed.tensor_content) == (dtype is not np.uint16)
    assert nested_list(as_ours(packed)) == [[0, 1, 100], [7, 0, 3]]
    typed = tf.make_tensor_proto(values[:1, 2:])
    assert nested_list(as_ours(typed)) == [[100]]


def test_fractions_keep_their_bits():
    import tensorflow as tf

    tensor = as_ours(tf.make_tensor_proto([0.1, float("inf")], tf.float32))
    assert nested_list(tensor) == [float(np.float32(0.1)), float("inf")]
    half = TensorProto(dtype=19, half_val=[0x3800])  # Sign 0, exponent 14 - 15, fraction 0: one half.
    half.tensor_shape.dim.add(size=1)
    assert nested_list(half) == [0.5]


def test_text_and_truth():
    import tensorflow as tf

    assert nested_list(as_ours(tf.make_tensor_proto([["é".encode(), b"\xff"]]))) == [["é", "\ufffd"]]
    assert nested_list(as_ours(tf.make_tensor_proto([True, False]))) == [True, False]
    assert nested_list(as_ours(tf.make_tensor_proto("a"))) == "a"


def test_the_last_value_stands_for_those_that_are_lacking():
    tensor = TensorProto(dtype=DT_INT32, int_val=[1, 2])
    tensor.tensor_shape.dim.add(size=2)
    tensor.tensor_shape.dim.add(size=2)
    assert nested_list(tensor) == [[1, 2], [2, 2]]


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 2)])
def test_axes_without_places(shape):
    import tensorflow as tf

    tensor = as_ours(tf.make_tensor_proto(np.zeros(shape, np.float32)))
    assert nested_list(tensor) == np.zeros(shape).tolist()


def test_what_is_no_plain_tensor():
    with pytest.raises(ValueError, match="^a tensor of type 8, which has no plain values$"):
        nested_list(TensorProto(dtype=8))
    tensor = TensorProto(dtype=prediction_messages.DT_FLOAT, float_val=[1, 2])
    tensor.tensor_shape.dim.add(size=1)
    with pytest.raises(ValueError, match=r"^2 values in a tensor of shape \[1\]$"):
        nested_list(tensor)
    tensor.tensor_content = b"abc"
    with pytest.raises(ValueError, match="^3 bytes in a tensor of 1 values$"):
        nested_list(tensor)


def test_what_is_filled_in_is_read_back():
    for values, integers in (([["a", "b"]], 9), ([True], 9), ([1, 2], DT_INT32), ([2**40], 9), ([[[b"x"]]], 9)):
        tensor = TensorProto()
        fill(tensor, values, integers)
        assert nested_list(tensor) == ([[["x"]]] if values == [[[b"x"]]] else values)
