"""Parses the JSON of a request, and quotes JSON values in error messages.

It accepts what the parser in TF Serving accepts, and its error texts are the same. NaN and infinities are numbers. Text
after the first value is ignored. Strings need not be valid UTF-8.
"""

import contextlib
import json
from typing import Any

from serving.local_server.rest.json_size import has_more_members_than
from serving.local_server.rest.paused_collection import paused_collection
from serving.local_server.wire.statuses import invalid_argument

_DECODER = json.JSONDecoder()
_ENCODER = json.JSONEncoder(indent=4, ensure_ascii=False)
_LONGEST_QUOTE = 2**16
_LARGE = 2**16
_CUT = "...TRUNCATED"
_MARK, _WHITESPACE = b"\xef\xbb\xbf", b" \t\n\r"
_REASONS = (
    ("Expecting property name", "Missing a name for object member."),
    ("Illegal trailing comma before end of object", "Missing a name for object member."),
    ("Expecting ':'", "Missing a colon after a name of object member."),
    ("Expecting ','", "Missing a comma or } after an object member."),
    ("Unterminated string", "Missing a closing quotation mark in string."),
    ("Invalid control character", "Invalid encoding in string."),
    ("Invalid \\uXXXX", "Incorrect hex digit after \\u escape in string."),
    ("Invalid \\escape", "Invalid escape character in string."),
)


def parse_object(body: bytes, most_members: int | None = None) -> dict[str, Any]:
    """Parses a request's body, which must be a JSON object.

    Args:
        body: JSON text. Bytes that are not UTF-8 are kept as lone surrogates; `to_bytes` gives them back.
        most_members: The most members that all lists and objects of the text may have; None for any number.

    Raises:
        tf.errors.InvalidArgumentError: The body is not JSON, or not an object, or has too many members.
    """
    if not body:
        raise invalid_argument("JSON Parse error: The document is empty")
    if most_members is not None and has_more_members_than(body, most_members):
        raise invalid_argument(
            f"The request's body has more than {most_members} values, lists and objects. "
            "Send several smaller requests, or start the server with a larger --max_request_values."
        )
    stripped = body.removeprefix(_MARK).lstrip(_WHITESPACE)
    skipped = len(body) - len(stripped)
    if not stripped:
        raise invalid_argument(f"JSON Parse error: The document is empty. at offset: {skipped}")
    text = stripped.decode("utf-8", "surrogateescape")
    try:
        value = _decoded(text)
    except json.JSONDecodeError as error:
        offset = skipped + len(text[: error.pos].encode("utf-8", "surrogateescape"))
        raise invalid_argument(f"JSON Parse error: {_reason(error, text)} at offset: {offset}") from None
    except RecursionError:
        raise invalid_argument("JSON Parse error: Too many values nested in one another.") from None
    except ValueError:
        # Python refuses to convert whole numbers of thousands of digits.
        raise invalid_argument("JSON Parse error: Number too big to be stored in double.") from None
    if not isinstance(value, dict):
        raise invalid_argument(f"JSON Value: {quote(value)} Is not object")
    return value


def to_bytes(text: str) -> bytes:
    """The bytes of a JSON string.

    Raises:
        tf.errors.InvalidArgumentError: The string holds half of a surrogate pair.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise invalid_argument("JSON Parse error: The surrogate pair in string is invalid.") from None


def quote(value: Any) -> str:
    """Formats a value for an error message: indented by four spaces, and truncated if it is long."""
    text = ""
    for part in _ENCODER.iterencode(value):
        text += part
        if len(text) > _LONGEST_QUOTE:
            text = text[:_LONGEST_QUOTE] + _CUT
            break
    return text.encode("utf-8", "replace").decode("utf-8")


def json_type(value: Any) -> str:
    """The name of a value's JSON type in error messages."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, dict):
        return "Object"
    if isinstance(value, list):
        return "Array"
    return "String" if isinstance(value, str) else "Number"


def _decoded(text: str) -> Any:
    with paused_collection() if len(text) > _LARGE else contextlib.nullcontext():
        return _DECODER.raw_decode(text)[0]


def _reason(error: json.JSONDecodeError, text: str) -> str:
    if error.msg.startswith("Expecting ','") and _in_array(text[: error.pos]):
        return "Missing a comma or ] after an array element."
    return next((reason for start, reason in _REASONS if error.msg.startswith(start)), "Invalid value.")


def _in_array(text: str) -> bool:
    """Whether a text that ends after a value ends in a list.

    A bracket that closes a list goes there if so. Python's parser, which tells that, is a hundred times as fast as a
    loop over the characters.
    """
    try:
        _decoded(text + "]")
    except json.JSONDecodeError as error:
        return error.pos > len(text)
    return True
