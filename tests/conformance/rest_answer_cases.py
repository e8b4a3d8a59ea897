"""Cases of what `:predict` answers over REST: section 4 of the contract."""

import json

from tests.conformance.cases import RestCase, Starts
from tests.conformance.rest_body_cases import SEVERAL, STRINGS, echo

ANSWERS = [
    RestCase(
        "4.1 several outputs: an object a row",
        SEVERAL,
        '{"instances": [{"a": 1, "b": 2}, {"a": 3, "b": 5}]}',
        200,
        {"predictions": [{"difference": -1.0, "sum": 3.0}, {"difference": -2.0, "sum": 8.0}]},
    ),
    RestCase(
        "4.1 an output without rows",
        SEVERAL,
        '{"signature_name": "total", "instances": [1, 2]}',
        400,
        "Tensor name: total has no shape information ",
    ),
    RestCase(
        "4.1 outputs that disagree in rows",
        SEVERAL,
        '{"signature_name": "ragged", "instances": [1, 2]}',
        400,
        Starts("Tensor name: "),
    ),
    RestCase(
        "4.2 several outputs: an object",
        SEVERAL,
        '{"signature_name": "ragged", "inputs": [1]}',
        200,
        {"outputs": {"long": [1.0, 1.0], "short": [1.0]}},
    ),
    RestCase(
        "4.3 outputs named *_bytes",
        STRINGS,
        json.dumps({"signature_name": "bytes", "instances": ["ab", {"b64": "/w=="}]}),
        200,
        {"predictions": [{"length": 2, "text_bytes": {"b64": "YWI="}}, {"length": 1, "text_bytes": {"b64": "/w=="}}]},
    ),
    RestCase("4.3 text", STRINGS, '{"inputs": ["\\u00e9\\"\\n"]}', 200, {"outputs": ['é"\n']}),
    *(
        RestCase("4.4 the text of floats", STRINGS, echo(dtype, f"[{number}]"), 200, f"[{text}]".encode())
        for dtype, number, text in [
            ("float32", "9000000", "9e+06"),
            ("float32", "999999", "999999.0"),
            ("float32", "0.5", "0.5"),
            ("float32", "0.00003", "3e-05"),
            ("float32", "0.1", "0.1"),
            ("float32", "16777217", "16777216.0"),
            ("float32", "3.14159265", "3.14159274"),
            ("float64", "3.141592653589793", "3.1415926535897931"),
            ("float64", "-0.25", "-0.25"),
            ("float64", "1e300", "1e+300"),
        ]
    ),
]
