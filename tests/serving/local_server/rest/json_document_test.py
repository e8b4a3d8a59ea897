import math

import pytest

from serving.local_server.rest.json_document import json_type, parse_object, quote, to_bytes
from tests.support.local_servers import refusal


def test_reads_an_object_and_ignores_what_follows():
    assert parse_object(b' \n{"a": [1, 2.5, true, null, "x"]} trailing {') == {"a": [1, 2.5, True, None, "x"]}


def test_nan_and_infinities_are_numbers():
    values = parse_object(b'{"a": [NaN, Infinity, -Infinity]}')["a"]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


def test_bytes_that_are_not_utf8_come_through():
    assert to_bytes(parse_object(b'{"a": "\xff\xc3\xa9"}')["a"]) == b"\xff\xc3\xa9"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"  ", "The document is empty. at offset: 2"),
        (b"{", "Missing a name for object member. at offset: 1"),
        (b'{"a" 1}', "Missing a colon after a name of object member. at offset: 5"),
        (b'{"a": 1 "b": 2}', "Missing a comma or } after an object member. at offset: 8"),
        (b'{"a": [1 2]}', "Missing a comma or ] after an array element. at offset: 9"),
        (b'{"a": ["]" 2]}', "Missing a comma or ] after an array element. at offset: 11"),
        (b'{"a": "x}', "Missing a closing quotation mark in string. at offset: 6"),
        (b'{"a": "\\q"}', "Invalid escape character in string. at offset: 7"),
        (b'{"a": nonsense}', "Invalid value. at offset: 6"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Number too big to be stored in double."),
        (b'{"a": ' + b"[" * 500_000, "Too many values nested in one another."),
    ],
)
def test_what_is_no_json(body, reason):
    assert refusal(parse_object, body) == f"JSON Parse error: {reason}"


def test_offsets_count_bytes():
    assert refusal(parse_object, '{"é" 1}'.encode()).endswith("at offset: 6")


def test_half_a_surrogate_pair():
    assert refusal(to_bytes, "\ud800") == "JSON Parse error: The surrogate pair in string is invalid."


def test_quotes_values_as_indented_json_and_cuts_long_and_deep_ones():
    assert quote({"a": "é"}) == '{\n    "a": "é"\n}'
    quoted = quote(["x" * 99] * 100_000)
    assert (len(quoted), quoted[:20], quoted[-12:]) == (2**16 + 12, '[\n    "xxxxxxxxxxxxx', "...TRUNCATED")
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert (len(quote(deep)), quote(deep)[-12:]) == (2**16 + 12, "...TRUNCATED")


def test_names_types():
    values = (None, True, False, {}, [], "", 1, 1.5)
    assert " ".join(map(json_type, values)) == "Null True False Object Array String Number Number"
