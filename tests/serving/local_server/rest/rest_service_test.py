"""REST as a client sees it: over real HTTP on loopback."""

import gzip
import json
import socket

import httpx
import pytest


@pytest.fixture(scope="module")
def client(half_plus_two_server):
    with httpx.Client(base_url=f"http://{half_plus_two_server.rest_address}", trust_env=False, timeout=30) as client:
        yield client


def predict(client, body, path="/v1/models/half:predict", **headers):
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, content=content, headers=headers)


def test_row_form(client):
    response = predict(client, {"instances": [[1, 2], [3, 4]]})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"predictions": [[2.5, 3.0], [3.5, 4.0]]}


def test_column_form(client):
    assert predict(client, {"inputs": {"x": [1.0, 2.0, 5.0]}}).json() == {"outputs": [2.5, 3.0, 4.5]}
    assert predict(client, {"inputs": 3}).json() == {"outputs": 3.5}


def test_several_outputs_strings_and_bytes(client):
    body = {
        "signature_name": "strings",
        "instances": [{"word": "two", "times": 2}, {"word": {"b64": "w6k="}, "times": 1}],
    }
    assert predict(client, body).json() == {
        "predictions": [
            {"known": True, "length": 3, "number": 4.0, "upper": "TWO", "word_bytes": {"b64": "dHdv"}},
            {"known": False, "length": 2, "number": -1.0, "upper": "é", "word_bytes": {"b64": "w6k="}},
        ]
    }


def test_an_output_without_rows_needs_the_column_form(client):
    body = {"signature_name": "total", "instances": [1, 2, 3]}
    assert predict(client, body).json() == {"error": "Tensor name: total has no shape information "}
    assert predict(client, {"signature_name": "total", "inputs": [1, 2, 3]}).json() == {"outputs": 6.0}


def test_a_version_may_be_named(client):
    for path in ("/v1/models/half/versions/123:predict", "/v1/models/half/versions/000123:predict"):
        assert predict(client, {"inputs": 0}, path).json() == {"outputs": 2.0}


def test_gzipped_bodies(client):
    body = gzip.compress(json.dumps({"inputs": 2}).encode())
    headers = {"Content-Encoding": "gzip"}
    assert predict(client, body, **headers).json() == {"outputs": 3.0}
    broken = predict(client, body[:-5], **headers)
    assert (broken.status_code, broken.json()["error"]) == (400, "JSON Parse error: The document is empty")


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/v1/models/no:predict", 404, "Servable not found for request: Latest(no)"),
        ("/v1/models/half/versions/7:predict", 404, "Servable not found for request: Specific(half, 7)"),
        ("/v1/models/half/labels/canary:predict", 400, "Unrecognized servable version label: canary"),
        ("/v1/models/a%2Fb:predict", 404, "Servable not found for request: Latest(a/b)"),
        ("/v1/models/half:PREDICT", 400, "Malformed request: POST /v1/models/half:PREDICT"),
        ("/v1/models/half", 400, "Malformed request: POST /v1/models/half"),
        ("/v1/models/half/versions/x:predict", 400, "Malformed request: POST /v1/models/half/versions/x:predict"),
        ("/v1/models/none:classify", 400, "Example must be JSON object but got JSON Number"),
    ],
)
def test_where_a_request_goes(client, path, code, message):
    response = predict(client, {"instances": [1], "examples": [1]}, path)
    assert (response.status_code, response.json()) == (code, {"error": message})


@pytest.mark.parametrize("version", [str(2**63), "9" * 5000])
def test_a_version_beyond_int64_is_answered_with_an_empty_body(client, version):
    response = predict(client, {"instances": [1]}, f"/v1/models/half/versions/{version}:predict")
    assert (response.status_code, response.content) == (400, b"")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "JSON Parse error: The document is empty"),
        (b'{"instances": [1', "JSON Parse error: Missing a comma or ] after an array element. at offset: 16"),
        (b"[" * 500_000, "JSON Parse error: Too many values nested in one another."),
        (b'"text"', 'JSON Value: "text" Is not object'),
        (b"{}", "Missing 'inputs' or 'instances' key"),
        (b'{"signature_name": "no", "inputs": 1}', 'Serving signature name: "no" not found in signature def'),
        (b'{"inputs": "x"}', 'JSON Value: "x" Type: String is not of expected type: float'),
        (b'{"inputs": [[1], [1, 2]]}', "Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
        (b'{"inputs": {"z": 1}}', "Missing named input: x in 'inputs' object."),
    ],
)
def test_bodies_that_are_refused(client, body, message):
    response = predict(client, body)
    assert (response.status_code, response.json()) == (400, {"error": message})


def test_what_the_graph_refuses(client):
    body = {"signature_name": "strings", "inputs": {"word": ["one", "two"], "times": [1, 2, 3]}}
    response = predict(client, body)
    assert response.status_code == 400
    assert response.json()["error"].startswith("Incompatible shapes: ")


def test_bad_json_is_found_before_a_missing_model(client):
    assert predict(client, b"", "/v1/models/no:predict").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/half",
        "/V1/Models/half",
        "/v1/models/half/versions/123",
        "/v1/models/half/labels/any",
        "/v1/models/half?x=1",
    ],
)
def test_status(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.json() == {
        "model_version_status": [
            {"version": "123", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
        ]
    }


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/v1/models", 400, "Missing model name in request."),
        ("/v1/models/no", 404, "Could not find any versions of model no"),
        ("/v1/models/half/versions/7", 404, "Could not find version 7 of model half"),
        ("/v1/models/no/metadata", 404, "Servable not found for request: Latest(no)"),
        ("/v1/models/half/nonsense", 400, "Malformed request: GET /v1/models/half/nonsense"),
        ("/v1/", 400, "Malformed request: GET /v1/"),
    ],
)
def test_status_and_metadata_that_are_refused(client, path, code, message):
    response = client.get(path)
    assert (response.status_code, response.json()) == (code, {"error": message})


def test_metadata(client):
    answer = client.get("/v1/models/half/metadata").json()
    assert answer["model_spec"] == {"name": "half", "signature_name": "", "version": "123"}
    signature = answer["metadata"]["signature_def"]["signature_def"]["total"]
    assert signature["method_name"] == "tensorflow/serving/predict"
    assert signature["inputs"]["x"]["dtype"] == "DT_FLOAT"
    assert signature["inputs"]["x"]["tensor_shape"] == {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False}
    assert list(signature["outputs"]) == ["total"]


def test_other_methods(client):
    response = client.put("/v1/models/half")
    assert (response.status_code, response.json()) == (400, {"error": "Malformed request: PUT /v1/models/half"})


def test_paths_outside_the_api(client):
    response = client.get("/metrics")
    assert (response.status_code, response.text) == (404, "Not Found")


def test_lives_on_after_a_connection_that_breaks_off(client, half_plus_two_server):
    with socket.create_connection(("127.0.0.1", half_plus_two_server.rest_api_port)) as connection:
        connection.sendall(b"POST /v1/models/half:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert predict(client, {"inputs": 0}).json() == {"outputs": 2.0}
