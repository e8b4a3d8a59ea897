"""Cases of status, metadata, versions and labels over REST: sections 6 and 8 of the contract."""

from typing import Any

from tests.conformance.cases import Rest, not_served

VERSIONS = "/v1/models/versions"
ZERO = '{"inputs": 0}'


def _status(*versions: str) -> dict[str, Any]:
    ok = {"error_code": "OK", "error_message": ""}
    return {"model_version_status": [{"version": each, "state": "AVAILABLE", "status": ok} for each in versions]}


DESCRIPTIONS = [
    Rest("6.1 status", "GET /v1/models/half_plus_two", b"", _status("123")),
    Rest("6.1 regardless of case", "GET /V1/Models/half_plus_two", b"", _status("123")),
    Rest("6.1 versions in descending order", f"GET {VERSIONS}", b"", _status("2", "1")),
    Rest("6.1 one version", f"GET {VERSIONS}/versions/1", b"", _status("1")),
    Rest("6.1 a label does not filter", f"GET {VERSIONS}/labels/stable", b"", _status("2", "1")),
    Rest("6.1 no such model", "GET /v1/models/none", b"", "Could not find any versions of model none", 404),
    Rest("6.1 no such version", f"GET {VERSIONS}/versions/7", b"", "Could not find version 7 of model versions", 404),
    Rest("1.1 no name", "GET /v1/models", b"", "Missing model name in request."),
    Rest("6.2 metadata of no model", "GET /v1/models/none/metadata", b"", not_served("Latest(none)"), 404),
    Rest("8.9 the newest", f"POST {VERSIONS}:predict", ZERO, {"outputs": 3.0}),
    Rest("8.2 all versions serve", f"POST {VERSIONS}/versions/1:predict", ZERO, {"outputs": 2.0}),
    Rest("8.8 a label", f"POST {VERSIONS}/labels/stable:predict", ZERO, {"outputs": 2.0}),
    Rest("8.8 a label", f"POST {VERSIONS}/labels/canary:predict", ZERO, {"outputs": 3.0}),
    *(
        Rest(f"7.5 {why}", f"POST {path}:predict", ZERO, f"Unrecognized servable version label: {label}")
        for why, path, label in (
            ("an unknown label", f"{VERSIONS}/labels/none", "none"),
            ("labels are of one model", "/v1/models/half_plus_two/labels/stable", "stable"),
        )
    ),
]
