import numpy as np
from tensorflow.core.framework import types_pb2

from serving.local_server.wire.tensor_types import dtype_of, numpy_type, type_name


def test_names():
    types = (types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE, types_pb2.DT_HALF, types_pb2.DT_INT64, types_pb2.DT_STRING)
    assert [type_name(each) for each in types] == ["float", "double", "half", "int64", "string"]


def test_numpy_types_and_back():
    for each in (types_pb2.DT_FLOAT, types_pb2.DT_UINT8, types_pb2.DT_BOOL, types_pb2.DT_STRING):
        assert dtype_of(np.empty(1, numpy_type(each))) == each


def test_text_is_a_string():
    assert dtype_of(np.array(["a"])) == dtype_of(np.array([b"a"])) == types_pb2.DT_STRING
