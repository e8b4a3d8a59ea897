"""Converts JSON values to tensors: checks the nesting of lists and the type of every value."""

import base64
import binascii
import itertools
from typing import Any

import numpy as np
from tensorflow.core.framework import types_pb2

from serving.local_server.limits.request_limits import MOST_AXES
from serving.local_server.rest.json_document import json_type, quote, to_bytes
from serving.local_server.wire.statuses import invalid_argument, unimplemented
from serving.local_server.wire.tensor_types import numpy_type, type_name

BASE64_KEY = "b64"

_FLOATS = (types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE)
_INT32_RANGE = range(-(2**31), 2**31)
_INTEGER_RANGES = {
    # The narrow types are read as int32, and their lowest bits are kept, as in a TensorProto.
    types_pb2.DT_INT8: _INT32_RANGE,
    types_pb2.DT_INT16: _INT32_RANGE,
    types_pb2.DT_INT32: _INT32_RANGE,
    types_pb2.DT_UINT8: _INT32_RANGE,
    types_pb2.DT_INT64: range(-(2**63), 2**63),
    types_pb2.DT_UINT32: range(2**32),
    types_pb2.DT_UINT64: range(2**64),
}
_NUMBERS = frozenset((int, float))


def is_base64(value: Any) -> bool:
    """Whether a value stands for bytes: an object whose only key is `b64`, with a string."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(BASE64_KEY), str)


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of nested lists, read along the first elements. A bare value has the shape ()."""
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return tuple(shape)


def leaves(value: Any, shape: tuple[int, ...]) -> list[Any]:
    """Flattens nested lists.

    Raises:
        tf.errors.InvalidArgumentError: A list does not have its size in `shape`, or is nested deeper or less deep.
    """
    rank = len(shape)
    level: list[Any] = [value]
    for depth, size in enumerate(shape):
        for each in level:
            if not isinstance(each, list):
                raise invalid_argument(
                    f"JSON Value: {quote(each)} found at incorrect level: {depth + 1} in the JSON DOM. "
                    f"Expected at level: {rank}"
                )
            if len(each) != size:
                raise invalid_argument(
                    f"Encountered list at unexpected size: {len(each)} at level: {depth} expected size: {size}"
                )
        level = list(itertools.chain.from_iterable(level))
    if list in set(map(type, level)):
        raise invalid_argument(f"Encountered list at unexpected level: {rank} expected < {rank}")
    return level


def check_leaves(values: list[Any], dtype: int) -> None:
    """Checks that all values have a type.

    Args:
        values: The result of `leaves`.
        dtype: The expected `types_pb2.DataType`.

    Raises:
        tf.errors.InvalidArgumentError: A value has another type, or is out of its range.
        tf.errors.UnimplementedError: JSON cannot express the type.
    """
    kinds = set(map(type, values))
    if dtype in _FLOATS:
        fits = kinds <= _NUMBERS
    elif dtype == types_pb2.DT_STRING:
        fits = kinds <= {str} or (kinds <= {str, dict} and all(type(each) is str or is_base64(each) for each in values))
    elif dtype == types_pb2.DT_BOOL:
        fits = kinds <= {bool}
    elif dtype in _INTEGER_RANGES:
        allowed = _INTEGER_RANGES[dtype]
        fits = kinds <= {int} and all(each in allowed for each in values)
    else:
        if not values:
            return
        raise unimplemented(f"Conversion of JSON Value: {quote(values[0])} to type: {type_name(dtype)}")
    if not fits:
        _refuse(values, dtype)


def to_array(values: list[Any], shape: tuple[int, ...], dtype: int) -> np.ndarray:
    """Builds a tensor from values that passed `check_leaves`.

    Raises:
        tf.errors.InvalidArgumentError: A `b64` value is not base64, a number is too large for a double, or there are
            more axes than a tensor can have.
    """
    if len(shape) > MOST_AXES:
        raise invalid_argument(f"Lists are nested {len(shape)} deep; a tensor may have {MOST_AXES} axes.")
    if dtype == types_pb2.DT_STRING:
        array = np.empty(len(values), dtype=object)
        try:
            array[:] = list(map(str.encode, values))
        except (TypeError, UnicodeEncodeError):
            array[:] = [to_bytes(each) if type(each) is str else from_base64(each[BASE64_KEY]) for each in values]
        return array.reshape(shape)
    wide = np.dtype(np.int32) if _INTEGER_RANGES.get(dtype) is _INT32_RANGE else numpy_type(dtype)
    try:
        with np.errstate(over="ignore"):
            return np.array(values, dtype=wide).astype(numpy_type(dtype), copy=False).reshape(shape)
    except OverflowError:
        raise invalid_argument("JSON Parse error: Number too big to be stored in double.") from None


def _refuse(values: list[Any], dtype: int) -> None:
    """Raises the error that names the first value of another type."""
    for value in values:
        if isinstance(value, dict) and dtype == types_pb2.DT_STRING:
            if not is_base64(value):
                raise invalid_argument(f"JSON Value: {quote(value)} not formatted correctly for base64 data")
        elif not _fits(value, dtype):
            raise invalid_argument(
                f"JSON Value: {quote(value)} Type: {json_type(value)} is not of expected type: {type_name(dtype)}"
            )


def _fits(value: Any, dtype: int) -> bool:
    if dtype in _FLOATS:
        return type(value) in _NUMBERS
    if dtype == types_pb2.DT_STRING:
        return type(value) is str
    if dtype == types_pb2.DT_BOOL:
        return type(value) is bool
    return type(value) is int and value in _INTEGER_RANGES[dtype]


def from_base64(text: str) -> bytes:
    """The bytes of a `b64` value, with or without padding.

    Raises:
        tf.errors.InvalidArgumentError: The text is not base64.
    """
    stripped = "".join(text.split()).rstrip("=.")
    try:
        return base64.b64decode(stripped + "=" * (-len(stripped) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise invalid_argument("Unable to base64 decode") from None
