"""Nested lists as tensors; `tests/conformance/rest_body_cases.py` has their types, and what is refused."""

import numpy as np
from tensorflow.core.framework import types_pb2

from serving.local_server.rest.json_tensors import check_leaves, leaves, shape_of, to_array


def tensor(value, dtype):
    shape = shape_of(value)
    values = leaves(value, shape)
    check_leaves(values, dtype)
    return to_array(values, shape, dtype)


def test_shapes_follow_the_nesting():
    assert shape_of(3) == ()
    assert shape_of([[[1, 2]], [[3, 4]]]) == (2, 1, 2)
    assert shape_of([[], []]) == (2, 0)
    np.testing.assert_array_equal(tensor([[1, 2.5], [3, 4]], types_pb2.DT_FLOAT), [[1, 2.5], [3, 4]])


def test_strings_are_utf8_or_base64():
    values = ["é", {"b64": "/w=="}, {"b64": "/w"}]
    assert tensor(values, types_pb2.DT_STRING).tolist() == [b"\xc3\xa9", b"\xff", b"\xff"]
