"""Writes the JSON bodies of REST answers and errors, as TF Serving writes them."""

import base64
import json
from collections.abc import Iterator, Mapping

import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import classification_pb2, regression_pb2

from serving.local_server.rest.json_request import BodyForm
from serving.local_server.rest.json_tensors import BASE64_KEY
from serving.local_server.wire.statuses import invalid_argument
from serving.local_server.wire.tensor_types import dtype_of, type_name

_BYTES_SUFFIX = "_bytes"
_LONGEST_ERROR = 2**17
"""Errors quote requests, whose names may be of any length."""
_SMALL = 1e-30
"""Six digits are always tried for numbers below this: the smallest float32 values have fewer digits."""
_INTEGER_TYPES = (
    types_pb2.DT_INT8,
    types_pb2.DT_INT16,
    types_pb2.DT_INT32,
    types_pb2.DT_INT64,
    types_pb2.DT_UINT8,
    types_pb2.DT_UINT32,
    types_pb2.DT_UINT64,
)


def predict_answer(outputs: Mapping[str, np.ndarray], form: BodyForm) -> bytes:
    """The body of a predict answer, in the form of the request.

    A single output stands alone. Several outputs stand in an object, keyed by name.

    Args:
        outputs: Output name to tensor.
        form: The request's form.

    Raises:
        tf.errors.InvalidArgumentError: JSON cannot express an output's type, or the outputs of a row answer differ in
            their number of rows.
    """
    if form is BodyForm.COLUMN:
        texts = {name: _text(name, array) for name, array in sorted(outputs.items())}
        if len(texts) == 1:
            return _object("outputs", next(iter(texts.values())))
        return _object("outputs", _members(texts, "    "))
    rows = _row_count(outputs)
    columns = {name: _rows(name, array, rows) for name, array in sorted(outputs.items())}
    if len(columns) == 1:
        elements = next(iter(columns.values()))
    else:
        elements = [
            _members(dict(zip(columns, row, strict=True)), "        ") for row in zip(*columns.values(), strict=True)
        ]
    return _object("predictions", "[" + ", ".join(elements) + "]")


def classify_answer(result: classification_pb2.ClassificationResult) -> bytes:
    """The body of a classify answer: a list of label and score pairs for each example."""
    rows = []
    for each in result.classifications:
        scores = _decimals(np.array([one.score for one in each.classes], np.float32))
        pairs = [f"[{_string(one.label)}, {score}]" for one, score in zip(each.classes, scores, strict=True)]
        rows.append("[" + ", ".join(pairs) + "]")
    return _object("results", "[" + ", ".join(rows) + "]")


def regress_answer(result: regression_pb2.RegressionResult) -> bytes:
    """The body of a regress answer: a number for each example."""
    values = np.array([each.value for each in result.regressions], np.float32)
    return _object("results", "[" + ", ".join(_decimals(values)) + "]")


def error_answer(message: str) -> bytes:
    """The body of every refusal. Half a surrogate pair, which no UTF-8 text can have, is replaced."""
    if len(message) > _LONGEST_ERROR:
        message = message[:_LONGEST_ERROR] + "...TRUNCATED"
    try:
        text = message.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        text = message.encode("utf-8", "replace")
    return _object("error", _string(text))


def _row_count(outputs: Mapping[str, np.ndarray]) -> int:
    rows = -1
    for name, array in sorted(outputs.items()):
        if array.ndim == 0:
            raise invalid_argument(f"Tensor name: {name} has no shape information ")
        if rows >= 0 and len(array) != rows:
            raise invalid_argument(f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {rows}")
        rows = len(array)
    return rows


def _text(name: str, array: np.ndarray) -> str:
    return _nested(iter(_leaf_texts(name, array)), array.shape)


def _rows(name: str, array: np.ndarray, rows: int) -> list[str]:
    texts = iter(_leaf_texts(name, array))
    return [_nested(texts, array.shape[1:]) for _ in range(rows)]


def _nested(texts: Iterator[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return next(texts)
    return "[" + ", ".join([_nested(texts, shape[1:]) for _ in range(shape[0])]) + "]"


def _leaf_texts(name: str, array: np.ndarray) -> list[str]:
    """Every value as JSON text, in row-major order."""
    dtype = dtype_of(array)
    values = array.ravel()
    if dtype in (types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE):
        return _decimals(values)
    if dtype == types_pb2.DT_STRING:
        if name.endswith(_BYTES_SUFFIX):
            return [f'{{"{BASE64_KEY}": "{base64.b64encode(each).decode()}"}}' for each in values]
        return [_string(each) for each in values]
    if dtype == types_pb2.DT_BOOL:
        return ["true" if each else "false" for each in values.tolist()]
    if dtype in _INTEGER_TYPES:
        return [str(each) for each in values.tolist()]
    raise invalid_argument(f"Failed to write JSON value for tensor type: {type_name(dtype)}")


def _decimals(values: np.ndarray) -> list[str]:
    """Writes each number with six digits if that is exact, and else with as many digits as its type needs.

    Every text has a point or an exponent.
    """
    digits = 9 if values.dtype == np.float32 else 17
    numbers = values.tolist()
    # One call formats all numbers: a call for each would take longer than the formatting itself.
    texts = (f"%.{digits}g " * len(numbers) % tuple(numbers)).split()
    places = np.flatnonzero(_may_be_short(values))
    short = [f"{numbers[place]:g}" for place in places.tolist()]
    with np.errstate(over="ignore"):
        is_exact = np.array([float(text) for text in short]).astype(values.dtype) == values[places]
    for index in np.flatnonzero(is_exact).tolist():
        texts[places[index]] = short[index]
    return [text if "." in text else _with_point(text) for text in texts]


def _may_be_short(values: np.ndarray) -> np.ndarray:
    """Whether six digits may be exact. This is False for most of the numbers that need more."""
    with np.errstate(all="ignore"):
        wide = values.astype(np.float64)
        scale = 10.0 ** (5 - np.floor(np.log10(np.abs(wide))))
        distance = np.abs(np.rint(wide * scale) / scale - wide)
        # The comparison is negated, so that zero, NaN, infinity and overflows count as short.
        half_a_step = max(0.51 * np.finfo(values.dtype).eps, 4 * np.finfo(np.float64).eps)
        return ~(distance > half_a_step * np.abs(wide)) | (np.abs(wide) < _SMALL)


def _with_point(text: str) -> str:
    if "n" in text:
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[text]
    return text if "." in text or "e" in text else text + ".0"


def _string(value: bytes | str) -> str:
    text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    return json.dumps(text, ensure_ascii=False)


def _members(texts: Mapping[str, str], indent: str) -> str:
    lines = ",\n".join(f"{indent}    {_string(name)}: {text}" for name, text in texts.items())
    return f"{{\n{lines}\n{indent}}}"


def _object(key: str, text: str) -> bytes:
    return f'{{\n    "{key}": {text}\n}}'.encode("utf-8", "surrogateescape")
