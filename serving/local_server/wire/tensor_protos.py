"""Converts the TensorProtos of gRPC requests to arrays, and arrays to those of answers.

Strings and floats, the most frequent types, do not go through TensorFlow's own functions. Those take longer than all
the rest of a small request.
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
"""Types that a message stores as memory does: the tag of their field, and their layout in memory."""
_LARGEST_FILLED_UP = 2**24
"""The most values, and bytes of texts, that a message may claim to hold without sending them."""


def shapes_of(protos: Mapping[str, tensor_pb2.TensorProto]) -> dict[str, list[int]]:
    """Input name to the shape that a request's input claims to have. No value is read."""
    return {name: _sizes(protos[name]) for name in protos}


def from_protos(protos: Mapping[str, tensor_pb2.TensorProto]) -> dict[str, np.ndarray]:
    """Reads a request's inputs, from typed fields or `tensor_content`.

    Raises:
        tf.errors.InvalidArgumentError: The values of an input do not fit its shape and type.
    """
    arrays = {}
    for name in protos:
        try:
            arrays[name] = _array(protos[name])
        except (TypeError, ValueError, KeyError):
            raise invalid_argument(f"tensor parsing error: {name}") from None
    return arrays


def to_proto(array: np.ndarray) -> tensor_pb2.TensorProto:
    """Writes an output into the field of its type, as TF Serving does by default."""
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
    shape = _sizes(proto)
    size = math.prod(shape)
    # The last value is repeated for those that are missing, so a short message may claim any size.
    if min(shape, default=0) < 0 or (size > _LARGEST_FILLED_UP and size > proto.ByteSize()):
        raise ValueError(f"No tensor has the shape {shape}")
    if proto.dtype != types_pb2.DT_STRING or proto.tensor_content:
        return tensor_util.MakeNdarray(proto)
    values = list(proto.string_val)
    if values and len(values[-1]) * (size - len(values)) > _LARGEST_FILLED_UP:
        raise ValueError("A long text is repeated too often")
    values += (values[-1:] or [b""]) * (size - len(values))
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


def _sizes(proto: tensor_pb2.TensorProto) -> list[int]:
    return [dim.size for dim in proto.tensor_shape.dim]


def _varint(number: int) -> bytes:
    """Encodes a whole number as protobuf does: seven bits a byte, the lowest first."""
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])
