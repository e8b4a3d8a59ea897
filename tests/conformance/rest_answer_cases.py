"""Cases of what `:predict` answers over REST: section 4 of the contract."""

import json

from tests.conformance.cases import Rest, Starts
from tests.conformance.rest_body_cases import SEVERAL, STRINGS, echo, on

ANSWERS = [
    Rest("4.1 no rows", SEVERAL, on("total", "[1, 2]", "instances"), "Tensor name: total has no shape information "),
    Rest("4.1 outputs that disagree in rows", SEVERAL, on("ragged", "[1, 2]", "instances"), Starts("Tensor name: ")),
    Rest("4.2 an object", SEVERAL, on("ragged", "[1]"), {"outputs": {"long": [1.0, 1.0], "short": [1.0]}}),
    Rest(
        "4.3 outputs named *_bytes",
        STRINGS,
        json.dumps({"signature_name": "bytes", "instances": ["ab", {"b64": "/w=="}]}),
        {"predictions": [{"length": 2, "text_bytes": {"b64": "YWI="}}, {"length": 1, "text_bytes": {"b64": "/w=="}}]},
    ),
    Rest("4.3 text", STRINGS, '{"inputs": ["\\u00e9\\"\\n"]}', {"outputs": ['é"\n']}),
    *(
        Rest("4.4 the text of floats", STRINGS, echo(dtype, f"[{number}]"), f"[{text}]".encode())
        for dtype, number, text in [
            ("float32", "9000000", "9e+06"),
            ("float32", "999999", "999999.0"),
            ("float32", "0.5", "0.5"),
            ("float32", "0.00003", "3e-05"),
            ("float32", "0.1", "0.1"),
            ("float32", "16777217", "16777216.0"),
            ("float32", "3.14159265", "3.14159274"),
            ("float32", "0.3333333333333333", "0.333333343"),
            ("float32", "-0.0", "-0.0"),
            ("float64", "3.141592653589793", "3.1415926535897931"),
            ("float64", "0.3333333333333333", "0.33333333333333331"),
            ("float64", "-0.25", "-0.25"),
            ("float64", "1e300", "1e+300"),
        ]
    ),
]
