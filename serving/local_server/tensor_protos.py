"""Between arrays and the TensorProtos of gRPC requests and answers."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2

from serving.local_server.errors import invalid_argument
from serving.local_server.tensor_types import dtype_of

_FIELDS = {
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT8: "int_val",
    types_pb2.DT_INT16: "int_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_UINT8: "int_val",
    types_pb2.DT_UINT16: "int_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_UINT32: "uint32_val",
    types_pb2.DT_UINT64: "uint64_val",
    types_pb2.DT_BOOL: "bool_val",
    types_pb2.DT_STRING: "string_val",
}


def from_protos(protos: Mapping[str, tensor_pb2.TensorProto]) -> dict[str, np.ndarray]:
    """Reads a request's inputs, from typed fields or `tensor_content`.

    Raises:
        tf.errors.InvalidArgumentError: One holds more, fewer or other values than its shape and type say.
    """
    arrays = {}
    for name, proto in protos.items():
        try:
            arrays[name] = tf.make_ndarray(proto)
        except (TypeError, ValueError, KeyError):
            raise invalid_argument(f"tensor parsing error: {name}") from None
    return arrays


def to_proto(array: np.ndarray) -> tensor_pb2.TensorProto:
    """Writes an output into the typed field of its type, as TF Serving does unless told otherwise."""
    dtype = dtype_of(array)
    if dtype not in _FIELDS:
        proto: tensor_pb2.TensorProto = tf.make_tensor_proto(array)
        return proto
    proto = tensor_pb2.TensorProto(dtype=dtype)
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    getattr(proto, _FIELDS[dtype]).extend(array.ravel().tolist())
    return proto
