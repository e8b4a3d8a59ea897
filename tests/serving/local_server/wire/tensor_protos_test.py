"""Messages as arrays and back; `tests/conformance/grpc_predict_cases.py` has each type over gRPC."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from serving.local_server.wire.tensor_protos import from_protos, to_proto
from tests.support.local_servers import refusal


@pytest.mark.parametrize(
    ("array", "field"),
    [
        (np.array([[1.5, 2.5]], np.float32), "float_val"),
        (np.array([1.5]), "double_val"),
        (np.array([3], np.int16), "int_val"),
        (np.array([7], np.uint64), "uint64_val"),
        (np.array([b"a", b"\xff"], object), "string_val"),
        (np.array(2.5, np.float32), "float_val"),
        (np.zeros([2, 0], np.float32), "float_val"),
        # More bytes than the length in one byte: 4 * 300 and 8 * 300.
        (np.arange(300, dtype=np.float32).reshape(3, 100), "float_val"),
        (np.arange(300, dtype=np.float64).reshape(3, 100), "double_val"),
    ],
)
def test_outputs_stand_in_the_field_of_their_type(array, field):
    proto = to_proto(array)
    assert list(getattr(proto, field)) == array.ravel().tolist()
    assert proto.tensor_content == b""
    for back in (tf.make_ndarray(proto), from_protos({"x": proto})["x"]):
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)


def test_other_types_go_as_content():
    array = np.array([1, 2], np.float16)
    assert to_proto(array).dtype == types_pb2.DT_HALF
    np.testing.assert_array_equal(tf.make_ndarray(to_proto(array)), array)


def test_inputs_may_be_content():
    content = tf.make_tensor_proto(np.array([1, 2], np.float32))
    assert content.tensor_content
    assert from_protos({"x": content})["x"].tolist() == [1.0, 2.0]


def test_one_value_stands_for_all_that_are_lacking():
    words = to_proto(np.array([b"a", b"b"], object))
    words.tensor_shape.dim.add(size=2)
    assert from_protos({"x": words})["x"].tolist() == [[b"a", b"b"], [b"b", b"b"]]
    nothing = to_proto(np.zeros([0], object))
    nothing.tensor_shape.dim[0].size = 2
    assert from_protos({"x": nothing})["x"].tolist() == [b"", b""]


@pytest.mark.parametrize("sizes", [[1], [-1], [2**20, 2**20], [2**62, 2**62]])
@pytest.mark.parametrize("array", [np.array([1.5, 2.5], np.float32), np.array([b"a", b"b"], object)])
def test_a_size_that_does_not_fit_is_refused(array, sizes):
    proto = to_proto(array)
    del proto.tensor_shape.dim[:]
    for size in sizes:
        proto.tensor_shape.dim.add(size=size)
    assert refusal(from_protos, {"x": proto}) == "tensor parsing error: x"
