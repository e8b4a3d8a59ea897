import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import types_pb2 as types

from serving.local_server.rest.json_tensors import check_leaves, is_base64, leaves, shape_of, to_array


def tensor(value, dtype):
    shape = shape_of(value)
    values = leaves(value, shape)
    check_leaves(values, dtype)
    return to_array(values, shape, dtype)


def refusal(value, dtype=types.DT_FLOAT, error=tf.errors.InvalidArgumentError):
    with pytest.raises(error) as caught:
        tensor(value, dtype)
    return caught.value.message


def test_shapes_follow_the_nesting():
    assert shape_of(3) == ()
    assert shape_of([[[1, 2]], [[3, 4]]]) == (2, 1, 2)
    assert shape_of([[], []]) == (2, 0)
    np.testing.assert_array_equal(tensor([[1, 2.5], [3, 4]], types.DT_FLOAT), [[1, 2.5], [3, 4]])


@pytest.mark.parametrize(
    ("value", "dtype", "wanted"),
    [
        ([1, 2], types.DT_DOUBLE, np.array([1.0, 2.0])),
        ([1e300, -1e300, 1e-300], types.DT_FLOAT, np.array([np.inf, -np.inf, 0], np.float32)),
        ([True, False], types.DT_BOOL, np.array([True, False])),
        ([300, -1], types.DT_UINT8, np.array([44, 255], np.uint8)),
        ([2**62], types.DT_INT64, np.array([2**62])),
        ([2**64 - 1], types.DT_UINT64, np.array([2**64 - 1], np.uint64)),
    ],
)
def test_types(value, dtype, wanted):
    array = tensor(value, dtype)
    assert array.dtype == wanted.dtype
    np.testing.assert_array_equal(array, wanted)


def test_strings_are_utf8_or_base64():
    assert tensor(["é", {"b64": "/w=="}, {"b64": "/w"}], types.DT_STRING).tolist() == [b"\xc3\xa9", b"\xff", b"\xff"]


def test_base64_needs_to_be_the_only_key():
    assert is_base64({"b64": "eA=="})
    assert not is_base64({"b64": "eA==", "more": 1})
    assert not is_base64({"b64": 1})


@pytest.mark.parametrize(
    ("value", "dtype", "message"),
    [
        ("1", types.DT_FLOAT, 'JSON Value: "1" Type: String is not of expected type: float'),
        ([1, True], types.DT_FLOAT, "JSON Value: true Type: True is not of expected type: float"),
        (None, types.DT_DOUBLE, "JSON Value: null Type: Null is not of expected type: double"),
        (1.0, types.DT_INT32, "JSON Value: 1.0 Type: Number is not of expected type: int32"),
        (2**31, types.DT_INT32, "JSON Value: 2147483648 Type: Number is not of expected type: int32"),
        (-1, types.DT_UINT32, "JSON Value: -1 Type: Number is not of expected type: uint32"),
        (2**63, types.DT_INT64, "JSON Value: 9223372036854775808 Type: Number is not of expected type: int64"),
        (1, types.DT_BOOL, "JSON Value: 1 Type: Number is not of expected type: bool"),
        (1, types.DT_STRING, "JSON Value: 1 Type: Number is not of expected type: string"),
        ({"b64": "eA=="}, types.DT_INT32, "is not of expected type: int32"),
        ({"b64": 1}, types.DT_STRING, "not formatted correctly for base64 data"),
        ({"b64": "!"}, types.DT_STRING, "Unable to base64 decode"),
    ],
)
def test_wrong_values(value, dtype, message):
    assert refusal(value, dtype).endswith(message)


def test_types_that_json_cannot_give():
    message = refusal([1], types.DT_HALF, tf.errors.UnimplementedError)
    assert message == "Conversion of JSON Value: 1 to type: half"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1], [1, 2]], "Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
        ([1, [2]], "Encountered list at unexpected level: 1 expected < 1"),
        ([[1], 2], "JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2"),
        ([[], [1]], "Encountered list at unexpected size: 1 at level: 1 expected size: 0"),
    ],
)
def test_ragged_lists(value, message):
    assert refusal(value) == message


def test_whole_numbers_beyond_double():
    assert refusal([10**400], types.DT_DOUBLE) == "JSON Parse error: Number too big to be stored in double."
