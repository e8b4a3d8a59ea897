"""Cases of what `:predict` takes over REST: section 3 of the contract."""

import gzip
import json

from tests.conformance.cases import Ends, Rest, Starts

HALF = "POST /v1/models/half_plus_two:predict"
STRINGS = "POST /v1/models/strings:predict"
SEVERAL = "POST /v1/models/several:predict"
GZIPPED = {"Content-Encoding": "gzip"}
NOTHING = "JSON Parse error: The document is empty"


def on(signature: str, values: str, form: str = "inputs") -> str:
    """The body of a request to a signature."""
    return f'{{"signature_name": "{signature}", "{form}": {values}}}'


def echo(dtype: str, values: str) -> str:
    """The body of a request to the signature that gives a type back."""
    return on(f"echo_{dtype}", values)


def _type_error(quoted: str, kind: str, wanted: str) -> str:
    return f"JSON Value: {quoted} Type: {kind} is not of expected type: {wanted}"


def _failed(element: str, why: str) -> str:
    return f"Failed to process element: {element} of 'instances' list. Error: INVALID_ARGUMENT: {why}"


BODIES = [
    Rest("1.5 gzip", HALF, gzip.compress(b'{"inputs": 2}'), {"outputs": 3.0}, headers=GZIPPED),
    Rest("1.5 gzip that is none", HALF, b'{"inputs": 2}', NOTHING, headers=GZIPPED),
    Rest("1.5 gzip that breaks off", HALF, gzip.compress(b'{"inputs": 2}')[:-5], NOTHING, headers=GZIPPED),
    Rest("2 what the graph refuses", SEVERAL, '{"inputs": {"a": [1, 2], "b": [1, 2, 3]}}', Starts("")),
    Rest("3.1 row form", HALF, '{"instances": [[1.0], [2.0]]}', {"predictions": [[2.5], [3.0]]}),
    Rest("3.1 column form", HALF, '{"inputs": [[1.0], [2.0]]}', {"outputs": [[2.5], [3.0]]}),
    Rest(
        "3.1 never both",
        HALF,
        '{"instances": 1, "inputs": 1}',
        'JSON Value: {\n    "instances": 1,\n    "inputs": 1\n} '
        "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
    ),
    Rest("3.1 neither", HALF, "{}", "Missing 'inputs' or 'instances' key"),
    Rest("3.1 unknown keys are ignored", HALF, '{"inputs": 2, "colour": "red"}', {"outputs": 3.0}),
    Rest("3.1 trailing bytes are ignored", HALF, '{"inputs": 2} and so on', {"outputs": 3.0}),
    Rest("3.1 a signature's name", SEVERAL, on("total", "[1, 2]"), {"outputs": 3.0}),
    Rest(
        "3.1 the name is a string",
        HALF,
        '{"signature_name": 7}',
        'JSON Value: {\n    "signature_name": 7\n} not formatted correctly. '
        "'signature_name' key must be a string value.",
    ),
    Rest("3.1 NaN and infinities", HALF, '{"inputs": [NaN, -Infinity]}', b"[NaN, -Infinity]"),
    Rest("3.1 deep nesting", HALF, b"[" * 500_000, Starts("JSON Parse error: ")),
    Rest("3.1 no object", HALF, "[]", "JSON Value: [] Is not object"),
    Rest("3.1 nothing", HALF, b"", NOTHING),
    Rest("3.2 rows by name", HALF, '{"instances": [{"x": [4]}]}', {"predictions": [[4.0]]}),
    Rest(
        "3.2 rows by name, in any order",
        SEVERAL,
        '{"instances": [{"a": 1, "b": 2}, {"b": 5, "a": 3}]}',
        {"predictions": [{"difference": -1.0, "sum": 3.0}, {"difference": -2.0, "sum": 8.0}]},
    ),
    *(
        Rest(f"3.2 {why}", HALF, f'{{"instances": {rows}}}', message)
        for why, rows, message in (
            ("rows are a list", "1", Ends("\n} Excepting 'instances' to be an list/array")),
            ("rows there are", "[]", Ends("\n} No values in 'instances' array")),
            ("rows are all objects", '[{"x": 1}, 2]', "Expecting object but got list at item 1 of input list"),
            ("rows are all values", '[1, {"x": 2}]', "Expecting value/list but got object at item 1 of input list"),
            ("rows of one type", '[1, "a"]', _failed("1", _type_error('"a"', "String", "float"))),
            ("rows of one size", "[[1], [1, 2]]", _failed("1", "Expecting tensor size: 1 but got: 2")),
            ("rows of one rank", "[[1], 1]", _failed("1", "Expecting shape [1] but got: []")),
            ("rows of one shape", "[[[1, 2]], [[1], [2]]]", _failed("1", "Expecting shape [1,2] but got: [2,1]")),
            (
                "exactly the signature's keys: one more",
                '[{"x": 1, "z": 2}]',
                _failed("0 key: z", "JSON object: does not have named input: z"),
            ),
        )
    ),
    Rest(
        "3.2 exactly the signature's keys: one less",
        SEVERAL,
        '{"instances": [{"a": 1}]}',
        "Failed to process element: 0 of 'instances' list. JSON object: {\n    \"a\": 1\n} keys must be equal to: a,b",
    ),
    Rest(
        "3.2 a bare list needs one input",
        SEVERAL,
        '{"instances": [1, 2]}',
        "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
        "tensorinfo_map",
    ),
    Rest(
        "3.3 columns by name",
        SEVERAL,
        '{"inputs": {"a": [1, 2], "b": [3, 5]}}',
        {"outputs": {"sum": [4.0, 7.0], "difference": [-2.0, -3.0]}},
    ),
    Rest("3.3 a missing column", SEVERAL, '{"inputs": {"a": [1]}}', "Missing named input: b in 'inputs' object."),
    Rest("3.3 columns too many are ignored", HALF, '{"inputs": {"x": 2, "z": []}}', {"outputs": 3.0}),
    Rest(
        "3.3 a bare value needs one input",
        SEVERAL,
        '{"inputs": 1}',
        "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
        "tensorinfo_map",
    ),
    Rest(
        "3.3 columns may differ in size",
        SEVERAL,
        '{"inputs": {"a": [1, 2], "b": [3]}}',
        {"outputs": {"sum": [4.0, 5.0], "difference": [-2.0, -1.0]}},
    ),
    Rest("3.3 a scalar has rank 0", STRINGS, echo("int32", "7"), {"outputs": 7}),
    Rest("3.3 one bare b64", STRINGS, echo("string", '{"b64": "YQ=="}'), {"outputs": "a"}),
    Rest("3.4 b64", STRINGS, '{"instances": [{"b64": "YWI="}, "cd"]}', {"predictions": ["AB", "CD"]}),
    *(
        Rest(f"3.4 b64 {why}", model, f'{{"inputs": [{value}]}}', message)
        for why, model, value, message in (
            ("that is none", STRINGS, '{"b64": "*"}', Starts("Unable to base64 decode")),
            ("is text", STRINGS, '{"b64": 1}', Ends('"b64": 1\n} not formatted correctly for base64 data')),
            (
                "is the only key",
                STRINGS,
                '{"b64": "YWI=", "c": 1}',
                Ends('"c": 1\n} not formatted correctly for base64 data'),
            ),
            ("is for strings only", HALF, '{"b64": "YWI="}', _type_error('{\n    "b64": "YWI="\n}', "Object", "float")),
        )
    ),
    Rest("3.5 floats of whole numbers", HALF, '{"inputs": [2]}', {"outputs": [3.0]}),
    Rest("3.5 too large for float32", STRINGS, echo("float32", "[1e39, -1e39]"), b"[Infinity, -Infinity]"),
    Rest(
        "3.5 too large for float64",
        STRINGS,
        echo("float64", f"[1{400 * '0'}]"),
        "JSON Parse error: Number too big to be stored in double.",
    ),
    *(
        Rest(f"3.5 {why}", STRINGS, echo(dtype, json.dumps(values)), {"outputs": outputs or values})
        for why, dtype, values, outputs in (
            ("too small for float32", "float32", [1e-60], [0.0]),
            ("int32", "int32", [2**31 - 1, -(2**31)], None),
            ("int64", "int64", [-(2**63)], None),
            ("uint64", "uint64", [2**64 - 1], None),
            ("int8, int16, uint8", "int8", [-128, 127], None),
            ("int8, int16, uint8", "int16", [-5], None),
            # 300 = 256 + 44 and -1 = -256 + 255.
            ("int8, int16, uint8", "uint8", [255, 300, -1], [255, 44, 255]),
            ("bool", "bool", [True, False], None),
        )
    ),
    *(
        Rest(f"3.5 {why}", STRINGS, echo(dtype, f"[{value}]"), _type_error(value, kind, name))
        for why, dtype, value, kind, name in (
            ("beyond int32", "int32", "2147483648", "Number", "int32"),
            ("beyond int64", "int64", "9223372036854775808", "Number", "int64"),
            ("no fraction in int32", "int32", "1.0", "Number", "int32"),
            ("no fraction in int64", "int64", "1.0", "Number", "int64"),
            ("no negative uint32", "uint32", "-1", "Number", "uint32"),
            ("bool is no number", "bool", "1", "Number", "bool"),
            ("a number is no bool", "float32", "true", "True", "float"),
            ("null", "float32", "null", "Null", "float"),
            ("null", "float64", "null", "Null", "double"),
            ("a string is no number", "float32", '"1"', "String", "float"),
            ("a number is no string", "string", "1", "Number", "string"),
        )
    ),
    Rest("3.5 other types", STRINGS, echo("complex64", "[1]"), Starts("Conversion of JSON Value: 1 to type: "), 501),
    Rest("3.6 any shape", HALF, '{"inputs": [[1, 2], [3, 4]]}', {"outputs": [[2.5, 3.0], [3.5, 4.0]]}),
    Rest("3.6 any rank", HALF, '{"instances": [1.0, 2.0, 5.0]}', {"predictions": [2.5, 3.0, 4.5]}),
    *(
        Rest(f"3 {why}", HALF, f'{{"inputs": {lists}}}', message)
        for why, lists, message in (
            ("uneven lists", "[[1], [1, 2]]", "Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
            ("uneven lists", "[[], [1]]", "Encountered list at unexpected size: 1 at level: 1 expected size: 0"),
            ("uneven depths", "[1, [2]]", "Encountered list at unexpected level: 1 expected < 1"),
            (
                "uneven depths",
                "[[1], 2]",
                "JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2",
            ),
        )
    ),
]
