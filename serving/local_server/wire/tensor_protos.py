"""Between arrays and the TensorProtos of gRPC requests and answers.

What requests and answers are mostly made of, strings and floats, goes a shorter way than TensorFlow's own functions,
which take longer than all the rest of a small request.
"""

import math
import struct
from collections.abc import Mapping

import numpy as np
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow.python.framework import tensor_util

from serving.local_server.wire.statuses import invalid_argument
from serving.local_server.wire.tensor_types import dtype_of

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
_PACKED = {types_pb2.DT_FLOAT: (0x2A, "<f4"), types_pb2.DT_DOUBLE: (0x32, "<f8")}
"""Types whose values stand in a message as they do in memory: the tag of their field, and how they lie there."""
_LARGEST_FILLED_UP = 2**24
"""Values that a message may have without bringing them along."""


def from_protos(protos: Mapping[str, tensor_pb2.TensorProto]) -> dict[str, np.ndarray]:
    """Reads a request's inputs, from typed fields or `tensor_content`.

    Raises:
        tf.errors.InvalidArgumentError: One holds more, fewer or other values than its shape and type say.
    """
    arrays = {}
    for name in protos:
        try:
            arrays[name] = _array(protos[name])
        except (TypeError, ValueError, KeyError):
            raise invalid_argument(f"tensor parsing error: {name}") from None
    return arrays


def to_proto(array: np.ndarray) -> tensor_pb2.TensorProto:
    """Writes an output into the typed field of its type, as TF Serving does unless told otherwise."""
    dtype = dtype_of(array)
    if dtype not in _FIELDS:
        proto: tensor_pb2.TensorProto = tensor_util.make_tensor_proto(array)
        return proto
    proto = tensor_pb2.TensorProto(dtype=dtype)
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if dtype in _PACKED and array.size:
        tag, layout = _PACKED[dtype]
        values = array.astype(layout, copy=False).tobytes()
        proto.MergeFromString(struct.pack("B", tag) + _varint(len(values)) + values)
    else:
        getattr(proto, _FIELDS[dtype]).extend(array.ravel().tolist())
    return proto


def _array(proto: tensor_pb2.TensorProto) -> np.ndarray:
    shape = [dim.size for dim in proto.tensor_shape.dim]
    size = math.prod(shape)
    # The last value stands for all that are lacking, so a short message may claim any size.
    if min(shape, default=0) < 0 or (size > _LARGEST_FILLED_UP and size > proto.ByteSize()):
        raise ValueError(f"No tensor has the shape {shape}")
    if proto.dtype != types_pb2.DT_STRING or proto.tensor_content:
        return tensor_util.MakeNdarray(proto)
    values = list(proto.string_val)
    values += (values[-1:] or [b""]) * (size - len(values))
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


def _varint(number: int) -> bytes:
    """A whole number as messages hold it: seven bits a byte, the lowest first."""
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])
