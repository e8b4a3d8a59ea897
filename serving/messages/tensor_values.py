"""Converts nested lists to tensors of gRPC messages and back, without numpy, whose import takes longer than a call."""

import math
import struct
from collections.abc import Sequence
from typing import Any

from serving.client.call import NestedList
from serving.messages.prediction_messages import (
    DT_BOOL,
    DT_DOUBLE,
    DT_FLOAT,
    DT_HALF,
    DT_INT8,
    DT_INT16,
    DT_INT32,
    DT_INT64,
    DT_STRING,
    DT_UINT8,
    DT_UINT16,
    DT_UINT32,
    DT_UINT64,
)

_FIELDS = {
    DT_FLOAT: ("float_val", "f"),
    DT_DOUBLE: ("double_val", "d"),
    DT_INT8: ("int_val", "b"),
    DT_INT16: ("int_val", "h"),
    DT_INT32: ("int_val", "i"),
    DT_INT64: ("int64_val", "q"),
    DT_UINT8: ("int_val", "B"),
    DT_UINT16: ("int_val", "H"),
    DT_UINT32: ("uint32_val", "I"),
    DT_UINT64: ("uint64_val", "Q"),
    DT_BOOL: ("bool_val", "?"),
    DT_HALF: ("half_val", "e"),
}
"""Tensor type to its field, and to the `struct` format of a value in `tensor_content`."""


def fill(tensor: Any, values: NestedList, integers: int = DT_INT64) -> None:
    """Fills an empty `TensorProto`, ours or TensorFlow's.

    Args:
        tensor: The message.
        values: The values. No axis is empty.
        integers: The tensor type for whole numbers.
    """
    tensor.tensor_shape.dim.add(size=len(values))
    while isinstance(values[0], list):
        tensor.tensor_shape.dim.add(size=len(values[0]))
        values = [each for row in values for each in row]
    if isinstance(values[0], (str, bytes)):
        tensor.dtype = DT_STRING
        tensor.string_val.extend(each.encode() if isinstance(each, str) else each for each in values)
    elif isinstance(values[0], bool):
        tensor.dtype = DT_BOOL
        tensor.bool_val.extend(values)
    else:
        tensor.dtype = integers
        getattr(tensor, _FIELDS[integers][0]).extend(values)


def nested_list(tensor: Any) -> NestedList:
    """Returns the values of a `TensorProto`, ours or TensorFlow's. Strings are decoded to text.

    Raises:
        ValueError: The tensor's type has no equivalent in Python, or the values do not fit the shape.
    """
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    size = math.prod(shape)
    values = _values(tensor, size)
    # If values are missing at the end, the last value stands for all of them.
    values += values[-1:] * (size - len(values))
    if len(values) != size:
        raise ValueError(f"{len(values)} values in a tensor of shape {shape}")
    return _nested(values, shape)


def _nested(values: NestedList, shape: Sequence[int]) -> Any:
    if len(shape) < 2:
        return values if shape else values[0]
    step = math.prod(shape[1:])
    return [_nested(values[place * step : (place + 1) * step], shape[1:]) for place in range(shape[0])]


def _values(tensor: Any, size: int) -> NestedList:
    """Returns the values that a tensor holds, as a flat list."""
    if tensor.dtype == DT_STRING:
        return [each.decode("utf-8", "replace") for each in tensor.string_val]
    if tensor.dtype not in _FIELDS:
        raise ValueError(f"a tensor of type {tensor.dtype}, which has no plain values")
    field, layout = _FIELDS[tensor.dtype]
    if tensor.tensor_content:
        try:
            return list(struct.unpack(f"<{size}{layout}", tensor.tensor_content))
        except struct.error:
            raise ValueError(f"{len(tensor.tensor_content)} bytes in a tensor of {size} values") from None
    if tensor.dtype == DT_HALF:
        return [struct.unpack("<e", struct.pack("<H", bits))[0] for bits in tensor.half_val]
    return list(getattr(tensor, field))
