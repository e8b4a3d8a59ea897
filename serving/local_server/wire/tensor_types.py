"""TensorFlow's data types: their names in TF Serving, and their numpy types."""

import functools

import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow.python.framework import dtypes

_NAMES_OF_THEIR_OWN = {types_pb2.DT_HALF: "half", types_pb2.DT_FLOAT: "float", types_pb2.DT_DOUBLE: "double"}


def type_name(dtype: int) -> str:
    """The name of a `types_pb2.DataType` in TF Serving's messages: `float`, `double`, `int64`, `string`."""
    return _NAMES_OF_THEIR_OWN.get(dtype) or str(dtypes.as_dtype(dtype).name)


def numpy_type(dtype: int) -> np.dtype:
    """The numpy type of a `types_pb2.DataType`; strings are objects of `bytes`."""
    return np.dtype(object) if dtype == types_pb2.DT_STRING else np.dtype(dtypes.as_dtype(dtype).as_numpy_dtype)


def dtype_of(array: np.ndarray) -> int:
    """The `types_pb2.DataType` of an array; objects and text are strings."""
    if array.dtype.kind in "OSU":
        return types_pb2.DT_STRING
    return _enum_of(array.dtype)


@functools.cache
def _enum_of(dtype: np.dtype) -> int:
    return int(dtypes.as_dtype(dtype).as_datatype_enum)
