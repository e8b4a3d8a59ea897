"""Parses the body of a REST predict request, in row form (`instances`) or column form (`inputs`)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.python.framework import errors_impl

from serving.local_server.rest.json_document import parse_object, quote
from serving.local_server.rest.json_tensors import check_leaves, is_base64, leaves, shape_of, to_array
from serving.local_server.wire.statuses import ServingError, invalid_argument

SIGNATURE_KEY = "signature_name"
ROW_KEY = "instances"
COLUMN_KEY = "inputs"

TensorInfos = Mapping[str, meta_graph_pb2.TensorInfo]


class BodyForm(enum.Enum):
    """How a body holds tensors. The answer has the same form."""

    ROW = ROW_KEY
    COLUMN = COLUMN_KEY


@dataclass(frozen=True)
class PredictBody:
    """A parsed body. Its tensors can be read once the signature is known.

    Attributes:
        signature_name: The signature to call; empty if the body names none.
        document: The whole body.
    """

    signature_name: str
    document: Mapping[str, Any]

    def tensors(self, infos: TensorInfos) -> tuple[BodyForm, dict[str, np.ndarray]]:
        """Reads the tensors.

        Args:
            infos: The signature's inputs.

        Returns:
            The form of the body, and input name to tensor.

        Raises:
            tf.errors.InvalidArgumentError: The body does not fit the signature.
            tf.errors.UnimplementedError: JSON cannot express an input's type.
        """
        if not infos:
            raise invalid_argument(f"Failed to get input map for signature: {self.signature_name or 'DEFAULT'}")
        document = self.document
        if ROW_KEY in document and COLUMN_KEY in document:
            raise invalid_argument(
                f"JSON Value: {quote(document)} Not formatted correctly expecting only one of '{COLUMN_KEY}' or "
                f"'{ROW_KEY}' keys to exist "
            )
        if ROW_KEY in document:
            instances = document[ROW_KEY]
            if not isinstance(instances, list):
                raise invalid_argument(f"JSON Value: {quote(document)} Excepting '{ROW_KEY}' to be an list/array")
            if not instances:
                raise invalid_argument(f"JSON Value: {quote(document)} No values in '{ROW_KEY}' array")
            return BodyForm.ROW, _from_rows(instances, infos)
        if COLUMN_KEY in document:
            return BodyForm.COLUMN, _from_columns(document[COLUMN_KEY], infos)
        raise invalid_argument(f"Missing '{COLUMN_KEY}' or '{ROW_KEY}' key")


def parse_predict_body(body: bytes, most_members: int | None = None) -> PredictBody:
    """Reads the body of a predict request.

    Args:
        body: The body.
        most_members: The most members that all its lists and objects may have; None for any number.

    Raises:
        tf.errors.InvalidArgumentError: The body is not a JSON object, or too large a one, or its signature name is not
            a string.
    """
    document = parse_object(body, most_members)
    return PredictBody(signature_name_of(document), document)


def signature_name_of(document: Mapping[str, Any]) -> str:
    """The signature that a request names; empty if it names none.

    Raises:
        tf.errors.InvalidArgumentError: The name is not a string.
    """
    name = document.get(SIGNATURE_KEY, "")
    if not isinstance(name, str):
        raise invalid_argument(
            f"JSON Value: {quote(document)} not formatted correctly. '{SIGNATURE_KEY}' key must be a string value."
        )
    return name


class _Rows:
    """Collects the values of one input row by row. All rows must have the shape of the first."""

    def __init__(self, dtype: int):
        self._dtype = dtype
        self._shape: tuple[int, ...] | None = None
        self._size = 0
        self._values: list[Any] = []

    def add(self, value: Any) -> None:
        shape = shape_of(value)
        values = leaves(value, shape)
        check_leaves(values, self._dtype)
        if self._shape is None:
            self._shape, self._size = shape, len(values)
        elif len(values) != self._size:
            raise invalid_argument(f"Expecting tensor size: {self._size} but got: {len(values)}")
        elif shape != self._shape:
            raise invalid_argument(f"Expecting shape {_brackets(self._shape)} but got: {_brackets(shape)}")
        self._values += values

    def array(self, rows: int) -> np.ndarray:
        return to_array(self._values, (rows, *(self._shape or ())), self._dtype)


def _from_rows(instances: list[Any], infos: TensorInfos) -> dict[str, np.ndarray]:
    if not isinstance(instances[0], dict) and len(infos) > 1:
        raise invalid_argument(
            "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
            "tensorinfo_map"
        )
    rows = {name: _Rows(info.dtype) for name, info in infos.items()}
    named = _is_named(instances[0])
    for index, instance in enumerate(instances):
        if named != _is_named(instance):
            expected, got = ("object", "list") if named else ("value/list", "object")
            raise invalid_argument(f"Expecting {expected} but got {got} at item {index} of input list")
        if named:
            _add_named(instance, index, rows)
        else:
            _add(rows[next(iter(infos))], instance, f"element: {index}")
    used = rows if named else {next(iter(infos)): rows[next(iter(infos))]}
    return {name: each.array(len(instances)) for name, each in used.items()}


def _add_named(instance: Mapping[str, Any], index: int, rows: Mapping[str, _Rows]) -> None:
    for name, value in instance.items():
        if name not in rows:
            raise invalid_argument(
                f"Failed to process element: {index} key: {name} of '{ROW_KEY}' list. "
                f"Error: INVALID_ARGUMENT: JSON object: does not have named input: {name}"
            )
        _add(rows[name], value, f"element: {index} key: {name}")
    if len(instance) != len(rows):
        raise invalid_argument(
            f"Failed to process element: {index} of '{ROW_KEY}' list. JSON object: {quote(instance)} "
            f"keys must be equal to: {','.join(sorted(rows))}"
        )


def _add(rows: _Rows, value: Any, where: str) -> None:
    try:
        rows.add(value)
    except ServingError as error:
        code = "UNIMPLEMENTED" if error.error_code == errors_impl.UNIMPLEMENTED else "INVALID_ARGUMENT"
        raise invalid_argument(
            f"Failed to process {where} of '{ROW_KEY}' list. Error: {code}: {error.message}"
        ) from None


def _from_columns(value: Any, infos: TensorInfos) -> dict[str, np.ndarray]:
    if isinstance(value, dict) and not is_base64(value):
        for name in sorted(infos):
            if name not in value:
                raise invalid_argument(f"Missing named input: {name} in 'inputs' object.")
        return {name: _tensor(value[name], info.dtype) for name, info in infos.items()}
    if len(infos) > 1:
        raise invalid_argument(
            "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
            "tensorinfo_map"
        )
    ((name, info),) = infos.items()
    return {name: _tensor(value, info.dtype)}


def _tensor(value: Any, dtype: int) -> np.ndarray:
    shape = shape_of(value)
    values = leaves(value, shape)
    check_leaves(values, dtype)
    return to_array(values, shape, dtype)


def _is_named(instance: Any) -> bool:
    return isinstance(instance, dict) and not is_base64(instance)


def _brackets(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
