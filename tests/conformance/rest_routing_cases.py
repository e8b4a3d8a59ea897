"""Cases of which request REST takes to which model: sections 1 and 2 of the contract."""

from tests.conformance.cases import RestCase

ROUTING = [
    RestCase(
        "1.1 a version", "POST /v1/models/half_plus_two/versions/123:predict", '{"inputs": 0}', 200, {"outputs": 2.0}
    ),
    RestCase(
        "1.1 zeros in front",
        "POST /v1/models/half_plus_two/versions/00123:predict",
        '{"inputs": 0}',
        200,
        {"outputs": 2.0},
    ),
    RestCase("1.1 regardless of case", "POST /V1/MODELS/half_plus_two:predict", '{"inputs": 0}', 200, {"outputs": 2.0}),
    RestCase("1.1 percent-decoded", "POST /v1/models/half%5Fplus_two:predict", '{"inputs": 0}', 200, {"outputs": 2.0}),
    RestCase(
        "1.1 decoded after the match",
        "POST /v1/models/a%2Fb:predict",
        '{"inputs": 0}',
        404,
        "Servable not found for request: Latest(a/b)",
    ),
    RestCase(
        "1.1 what follows a question mark",
        "GET /v1/models/half_plus_two/versions/123?x=1",
        b"",
        200,
        {
            "model_version_status": [
                {"version": "123", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
            ]
        },
    ),
    RestCase("1.2 no such path", "GET /v1/other", b"", 400, "Malformed request: GET /v1/other"),
    RestCase(
        "1.2 no verb", "POST /v1/models/half_plus_two", "{}", 400, "Malformed request: POST /v1/models/half_plus_two"
    ),
    RestCase(
        "1.2 a version is a number",
        "POST /v1/models/half_plus_two/versions/x:predict",
        "{}",
        400,
        "Malformed request: POST /v1/models/half_plus_two/versions/x:predict",
    ),
    RestCase(
        "1.2 a method for the other",
        "GET /v1/models/half_plus_two:predict",
        b"",
        400,
        "Malformed request: GET /v1/models/half_plus_two:predict",
    ),
    RestCase(
        "1.2 another method",
        "PUT /v1/models/half_plus_two",
        b"",
        400,
        "Malformed request: PUT /v1/models/half_plus_two",
    ),
    RestCase("1.3 beyond int64", "GET /v1/models/half_plus_two/versions/9223372036854775808", b"", 400, b""),
    RestCase(
        "1.3 a verb in capitals",
        "POST /v1/models/half_plus_two:PREDICT",
        "{}",
        400,
        "Malformed request: POST /v1/models/half_plus_two:PREDICT",
    ),
    RestCase(
        "2 NOT_FOUND is 404",
        "POST /v1/models/none:predict",
        '{"inputs": 0}',
        404,
        "Servable not found for request: Latest(none)",
    ),
    RestCase(
        "2 NOT_FOUND is 404",
        "POST /v1/models/half_plus_two/versions/7:predict",
        '{"inputs": 0}',
        404,
        "Servable not found for request: Specific(half_plus_two, 7)",
    ),
    RestCase(
        "7.6 an unknown signature",
        "POST /v1/models/half_plus_two:predict",
        '{"signature_name": "S", "inputs": 0}',
        400,
        'Serving signature name: "S" not found in signature def',
    ),
]
