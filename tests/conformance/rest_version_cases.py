"""Cases of status, metadata, versions and labels over REST: sections 6 and 8 of the contract."""

from typing import Any

from tests.conformance.cases import RestCase

VERSIONS = "/v1/models/versions"


def _version(number: str) -> dict[str, Any]:
    return {"version": number, "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}


DESCRIPTIONS = [
    RestCase("6.1 status", "GET /v1/models/half_plus_two", b"", 200, {"model_version_status": [_version("123")]}),
    RestCase(
        "6.1 versions in descending order",
        f"GET {VERSIONS}",
        b"",
        200,
        {"model_version_status": [_version("2"), _version("1")]},
    ),
    RestCase("6.1 one version", f"GET {VERSIONS}/versions/1", b"", 200, {"model_version_status": [_version("1")]}),
    RestCase(
        "6.1 a label does not filter",
        f"GET {VERSIONS}/labels/stable",
        b"",
        200,
        {"model_version_status": [_version("2"), _version("1")]},
    ),
    RestCase("6.1 no such model", "GET /v1/models/none", b"", 404, "Could not find any versions of model none"),
    RestCase(
        "6.1 no such version", f"GET {VERSIONS}/versions/7", b"", 404, "Could not find version 7 of model versions"
    ),
    RestCase("1.1 no name", "GET /v1/models", b"", 400, "Missing model name in request."),
    RestCase(
        "6.2 metadata of no model",
        "GET /v1/models/none/metadata",
        b"",
        404,
        "Servable not found for request: Latest(none)",
    ),
    RestCase("8.9 the newest", f"POST {VERSIONS}:predict", '{"inputs": 0}', 200, {"outputs": 3.0}),
    RestCase("8.2 all versions serve", f"POST {VERSIONS}/versions/1:predict", '{"inputs": 0}', 200, {"outputs": 2.0}),
    RestCase("8.8 a label", f"POST {VERSIONS}/labels/stable:predict", '{"inputs": 0}', 200, {"outputs": 2.0}),
    RestCase("8.8 a label", f"POST {VERSIONS}/labels/canary:predict", '{"inputs": 0}', 200, {"outputs": 3.0}),
    RestCase(
        "7.5 an unknown label",
        f"POST {VERSIONS}/labels/none:predict",
        '{"inputs": 0}',
        400,
        "Unrecognized servable version label: none",
    ),
    RestCase(
        "7.5 labels are of one model",
        "POST /v1/models/half_plus_two/labels/stable:predict",
        '{"inputs": 0}',
        400,
        "Unrecognized servable version label: stable",
    ),
]
