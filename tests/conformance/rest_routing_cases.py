"""Cases of which request REST takes to which model: sections 1 and 2 of the contract."""

from tests.conformance.cases import Rest, not_served

HALF = "/v1/models/half_plus_two"
ZERO, TWO = '{"inputs": 0}', {"outputs": 2.0}
"""What the model is asked, and what it answers."""

ROUTING = [
    Rest("1.1 a version", f"POST {HALF}/versions/123:predict", ZERO, TWO),
    Rest("1.1 zeros in front", f"POST {HALF}/versions/00123:predict", ZERO, TWO),
    Rest("1.1 regardless of case", "POST /V1/MODELS/half_plus_two:predict", ZERO, TWO),
    Rest("1.1 percent-decoded", "POST /v1/models/half%5Fplus_two:predict", ZERO, TWO),
    Rest("1.1 decoded after the match", "POST /v1/models/a%2Fb:predict", ZERO, not_served("Latest(a/b)"), 404),
    Rest("1.1 what follows a question mark", f"GET {HALF}/versions/123?x=1", b"", b'"version": "123"'),
    *(
        Rest(f"1.2 {why}", request, body, f"Malformed request: {request}")
        for why, request, body in (
            ("no such path", "GET /v1/other", b""),
            ("no path", "GET /v1/", b""),
            ("no verb", f"POST {HALF}", "{}"),
            ("a verb in capitals", f"POST {HALF}:PREDICT", "{}"),
            ("a version is a number", f"POST {HALF}/versions/x:predict", "{}"),
            ("a method for the other", f"GET {HALF}:predict", b""),
            ("another method", f"PUT {HALF}", b""),
        )
    ),
    Rest("1.3 beyond int64", f"GET {HALF}/versions/9223372036854775808", b"", b"", 400),
    Rest("1.3 far beyond int64", f"POST {HALF}/versions/{'9' * 5000}:predict", ZERO, b"", 400),
    Rest("2 NOT_FOUND is 404", "POST /v1/models/none:predict", ZERO, not_served("Latest(none)"), 404),
    Rest("2 NOT_FOUND is 404", f"POST {HALF}/versions/7:predict", ZERO, not_served("Specific(half_plus_two, 7)"), 404),
    Rest(
        "2 the body is read before the model is looked for",
        "POST /v1/models/none:predict",
        b"",
        "JSON Parse error: The document is empty",
    ),
    Rest(
        "7.6 an unknown signature",
        f"POST {HALF}:predict",
        '{"signature_name": "S", "inputs": 0}',
        'Serving signature name: "S" not found in signature def',
    ),
]
