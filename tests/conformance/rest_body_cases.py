"""Cases of what `:predict` takes over REST: section 3 of the contract."""

import gzip

from tests.conformance.cases import RestCase, Starts

HALF = "POST /v1/models/half_plus_two:predict"
STRINGS = "POST /v1/models/strings:predict"
SEVERAL = "POST /v1/models/several:predict"


def echo(dtype: str, values: str) -> str:
    """The body of a request to the signature that gives a type back."""
    return f'{{"signature_name": "echo_{dtype}", "inputs": {values}}}'


def _type_error(quoted: str, kind: str, wanted: str) -> str:
    return f"JSON Value: {quoted} Type: {kind} is not of expected type: {wanted}"


BODIES = [
    RestCase("3.1 row form", HALF, '{"instances": [[1.0], [2.0]]}', 200, {"predictions": [[2.5], [3.0]]}),
    RestCase("3.1 column form", HALF, '{"inputs": [[1.0], [2.0]]}', 200, {"outputs": [[2.5], [3.0]]}),
    RestCase(
        "3.1 never both",
        HALF,
        '{"instances": [1], "inputs": 1}',
        400,
        Starts("JSON Value: {\n"),
    ),
    RestCase("3.1 neither", HALF, "{}", 400, "Missing 'inputs' or 'instances' key"),
    RestCase("3.1 unknown keys are ignored", HALF, '{"inputs": 2, "colour": "red"}', 200, {"outputs": 3.0}),
    RestCase("3.1 trailing bytes are ignored", HALF, '{"inputs": 2} and so on', 200, {"outputs": 3.0}),
    RestCase("3.1 a signature's name", SEVERAL, '{"signature_name": "total", "inputs": [1, 2]}', 200, {"outputs": 3.0}),
    RestCase(
        "3.1 the name is a string",
        HALF,
        '{"signature_name": 7}',
        400,
        'JSON Value: {\n    "signature_name": 7\n} not formatted correctly. '
        "'signature_name' key must be a string value.",
    ),
    RestCase("3.1 NaN and infinities", HALF, '{"inputs": [NaN, -Infinity]}', 200, b"[NaN, -Infinity]"),
    RestCase("3.1 deep nesting", HALF, b"[" * 500_000, 400, Starts("JSON Parse error: ")),
    RestCase("3.1 no object", HALF, "[]", 400, "JSON Value: [] Is not object"),
    RestCase("3.1 nothing", HALF, b"", 400, "JSON Parse error: The document is empty"),
    RestCase(
        "3.2 rows are all objects", HALF, '{"instances": [{"x": 1}, 2]}', 400, Starts("Expecting object but got ")
    ),
    RestCase(
        "3.2 rows are all values", HALF, '{"instances": [1, {"x": 2}]}', 400, Starts("Expecting value/list but got ")
    ),
    RestCase("3.2 rows by name", HALF, '{"instances": [{"x": [4]}]}', 200, {"predictions": [[4.0]]}),
    RestCase(
        "3.2 exactly the signature's keys: one more",
        HALF,
        '{"instances": [{"x": 1, "z": 2}]}',
        400,
        Starts("Failed to process element: 0 key: z of 'instances' list. Error: INVALID_ARGUMENT: "),
    ),
    RestCase(
        "3.2 exactly the signature's keys: one less",
        SEVERAL,
        '{"instances": [{"a": 1}]}',
        400,
        Starts("Failed to process element: 0 of 'instances' list. JSON object: "),
    ),
    RestCase(
        "3.2 a bare list needs one input",
        SEVERAL,
        '{"instances": [1, 2]}',
        400,
        Starts("instances is a plain list, but expecting list of objects as multiple input tensors required as per "),
    ),
    RestCase(
        "3.2 rows of one size", HALF, '{"instances": [[1], [1, 2]]}', 400, Starts("Failed to process element: 1 ")
    ),
    RestCase("3.2 rows of one shape", HALF, '{"instances": [[1], 1]}', 400, Starts("Failed to process element: 1 ")),
    RestCase("3.2 rows are a list", HALF, '{"instances": 1}', 400, Starts("JSON Value: ")),
    RestCase("3.2 rows there are", HALF, '{"instances": []}', 400, Starts("JSON Value: ")),
    RestCase(
        "3.3 columns by name",
        SEVERAL,
        '{"inputs": {"a": [1, 2], "b": [3, 5]}}',
        200,
        {"outputs": {"sum": [4.0, 7.0], "difference": [-2.0, -3.0]}},
    ),
    RestCase(
        "3.3 a missing column", SEVERAL, '{"inputs": {"a": [1]}}', 400, "Missing named input: b in 'inputs' object."
    ),
    RestCase("3.3 columns too many are ignored", HALF, '{"inputs": {"x": 2, "z": []}}', 200, {"outputs": 3.0}),
    RestCase(
        "3.3 a bare value needs one input",
        SEVERAL,
        '{"inputs": 1}',
        400,
        Starts("inputs is a plain value/list, but expecting an object as multiple input tensors required as per "),
    ),
    RestCase(
        "3.3 columns may differ in size",
        SEVERAL,
        '{"inputs": {"a": [1, 2], "b": [3]}}',
        200,
        {"outputs": {"sum": [4.0, 5.0], "difference": [-2.0, -1.0]}},
    ),
    RestCase("3.3 a scalar has rank 0", STRINGS, echo("int32", "7"), 200, {"outputs": 7}),
    RestCase("3.3 one bare b64", STRINGS, echo("string", '{"b64": "YQ=="}'), 200, {"outputs": "a"}),
    RestCase("3.4 b64", STRINGS, '{"instances": [{"b64": "YWI="}, "cd"]}', 200, {"predictions": ["AB", "CD"]}),
    RestCase("3.4 b64 is the only key", STRINGS, '{"inputs": [{"b64": "YWI=", "c": 1}]}', 400, Starts("JSON Value: {")),
    RestCase("3.4 b64 that is none", STRINGS, '{"inputs": [{"b64": "*"}]}', 400, Starts("Unable to base64 decode")),
    RestCase("3.4 b64 is for strings only", HALF, '{"inputs": [{"b64": "YWI="}]}', 400, Starts("JSON Value: {")),
    RestCase("3.5 floats of whole numbers", HALF, '{"inputs": [2]}', 200, {"outputs": [3.0]}),
    RestCase("3.5 too large for float32", STRINGS, echo("float32", "[1e39, -1e39]"), 200, b"[Infinity, -Infinity]"),
    RestCase("3.5 too small for float32", STRINGS, echo("float32", "[1e-60]"), 200, {"outputs": [0.0]}),
    RestCase(
        "3.5 int32", STRINGS, echo("int32", "[2147483647, -2147483648]"), 200, {"outputs": [2147483647, -2147483648]}
    ),
    RestCase(
        "3.5 beyond int32", STRINGS, echo("int32", "[2147483648]"), 400, _type_error("2147483648", "Number", "int32")
    ),
    RestCase("3.5 no fraction in int32", STRINGS, echo("int32", "[1.0]"), 400, _type_error("1.0", "Number", "int32")),
    RestCase("3.5 no fraction in int64", STRINGS, echo("int64", "[1.0]"), 400, _type_error("1.0", "Number", "int64")),
    RestCase("3.5 int64", STRINGS, echo("int64", "[-9223372036854775808]"), 200, {"outputs": [-(2**63)]}),
    RestCase("3.5 uint64", STRINGS, echo("uint64", "[18446744073709551615]"), 200, {"outputs": [2**64 - 1]}),
    RestCase("3.5 no negative uint32", STRINGS, echo("uint32", "[-1]"), 400, _type_error("-1", "Number", "uint32")),
    RestCase("3.5 int8, int16, uint8", STRINGS, echo("int8", "[-128, 127]"), 200, {"outputs": [-128, 127]}),
    RestCase("3.5 int8, int16, uint8", STRINGS, echo("int16", "[-5]"), 200, {"outputs": [-5]}),
    RestCase("3.5 int8, int16, uint8", STRINGS, echo("uint8", "[255]"), 200, {"outputs": [255]}),
    RestCase("3.5 bool", STRINGS, echo("bool", "[true, false]"), 200, {"outputs": [True, False]}),
    RestCase("3.5 bool is no number", STRINGS, echo("bool", "[1]"), 400, _type_error("1", "Number", "bool")),
    RestCase("3.5 a number is no bool", HALF, '{"inputs": [true]}', 400, _type_error("true", "True", "float")),
    RestCase("3.5 null", HALF, '{"inputs": [null]}', 400, _type_error("null", "Null", "float")),
    RestCase("3.5 a string is no number", HALF, '{"inputs": ["1"]}', 400, _type_error('"1"', "String", "float")),
    RestCase("3.5 a number is no string", STRINGS, '{"inputs": [1]}', 400, _type_error("1", "Number", "string")),
    RestCase(
        "3.5 other types", STRINGS, echo("complex64", "[1]"), 501, Starts("Conversion of JSON Value: 1 to type: ")
    ),
    RestCase("3.6 any shape", HALF, '{"inputs": [[1, 2], [3, 4]]}', 200, {"outputs": [[2.5, 3.0], [3.5, 4.0]]}),
    RestCase("3.6 any rank", HALF, '{"instances": [1.0, 2.0, 5.0]}', 200, {"predictions": [2.5, 3.0, 4.5]}),
    RestCase("3 uneven lists", HALF, '{"inputs": [[1], [1, 2]]}', 400, Starts("Encountered list at unexpected size")),
    RestCase("3 uneven depths", HALF, '{"inputs": [1, [2]]}', 400, Starts("")),
    RestCase("2 what the graph refuses", SEVERAL, '{"inputs": {"a": [1, 2], "b": [1, 2, 3]}}', 400, Starts("")),
    RestCase("1.5 gzip", HALF, gzip.compress(b'{"inputs": 2}'), 200, {"outputs": 3.0}, {"Content-Encoding": "gzip"}),
    RestCase(
        "1.5 gzip that is none",
        HALF,
        b'{"inputs": 2}',
        400,
        "JSON Parse error: The document is empty",
        {"Content-Encoding": "gzip"},
    ),
]
