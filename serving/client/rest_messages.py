"""Builds the REST requests to a model server and reads its responses. `rest_transport` sends them."""

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from serving.client.call import DEADLINE_EXCEEDED, INTERNAL, OTHER_PROGRAM, UNAVAILABLE, UNKNOWN, Call, CallError
from serving.client.client_tls import ClientTls
from serving.client.transport import Outputs, VersionState

_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: DEADLINE_EXCEEDED,
    409: "ABORTED",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: INTERNAL,
    501: "UNIMPLEMENTED",
    503: UNAVAILABLE,
    504: DEADLINE_EXCEEDED,
}


_WITHOUT_WORDS = {408, 413, 429, *range(500, 505)} - {501}
"""HTTP codes that a model server, or a proxy in front of one, may answer without an error in JSON."""


class RestRequest(NamedTuple):
    """The method, path and body of a request."""

    method: str
    path: str
    body: bytes | None


class RestMessages:
    """Builds the requests to one model at `http://<address>/v1/models/<model name>`, and reads the responses."""

    def __init__(self, address: str, model_name: str):
        """Takes the server's host and port, and the model's name there."""
        self._address = address
        self._path = f"/v1/models/{quote(model_name, safe='')}"

    def client_options(self, timeout_s: float, tls: ClientTls | None) -> dict[str, Any]:
        """Returns the arguments of `httpx.Client` and `httpx.AsyncClient`."""
        scheme = "http" if tls is None else "https"
        verify = {} if tls is None else {"verify": tls.ssl_context()}
        # Model servers are reached directly, even if the environment names a proxy.
        return {"base_url": f"{scheme}://{self._address}", "timeout": timeout_s, "trust_env": False, **verify}

    def predict(self, call: Call) -> RestRequest:
        """Builds the request that calls a signature."""
        return RestRequest("POST", f"{self._path}:predict", call.rest_body())

    def metadata(self) -> RestRequest:
        """Builds the request for the model's signatures."""
        return RestRequest("GET", f"{self._path}/metadata", None)

    def status(self) -> RestRequest:
        """Builds the request for the model's versions."""
        return RestRequest("GET", self._path, None)

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Turns a failure on the way into a `CallError`."""
        try:
            yield
        except httpx.ConnectTimeout as error:
            raise CallError(UNAVAILABLE, f"no connection in time: {error}", self._address) from error
        except httpx.TimeoutException as error:
            raise CallError(DEADLINE_EXCEEDED, "no answer in time", self._address) from error
        except (httpx.TransportError, ssl.SSLError) as error:  # A TLS alert that comes late is no error of httpx.
            if "illegal" in str(error):  # Not HTTP at all, such as gRPC's port.
                raise CallError(UNKNOWN, f"{OTHER_PROGRAM} by REST", self._address) from error
            raise CallError(UNAVAILABLE, str(error) or type(error).__name__, self._address) from error

    def outputs(self, call: Call, response: httpx.Response) -> Outputs:
        """Reads the outputs of a signature.

        Raises:
            CallError: The server refused, or its answer has another form.
        """
        answer = self._answer(response)
        outputs = answer.get("outputs")
        if len(call.outputs) == 1 and not isinstance(outputs, dict):
            outputs = {call.outputs[0]: outputs}  # A single output comes without its name.
        if not isinstance(outputs, dict) or any(outputs.get(name) is None for name in call.outputs):
            raise self._no_answer(f"of the {call.signature} signature", answer)
        return outputs

    def signature_names(self, response: httpx.Response) -> frozenset[str]:
        """Reads the signatures in a response to `metadata`.

        Raises:
            CallError: The server refused, or its answer has another form.
        """
        answer = self._answer(response)
        try:
            # TensorFlow lists its own operations among the signatures, with names that begin with two underscores.
            found = answer["metadata"]["signature_def"]["signature_def"]
            return frozenset(name for name in found if not name.startswith("__"))
        except (KeyError, TypeError):
            raise self._no_answer("that tells the signatures", answer) from None

    def version_states(self, response: httpx.Response) -> list[VersionState]:
        """Reads the versions in a response to `status`, newest first.

        Raises:
            CallError: The server refused, or its answer has another form.
        """
        answer = self._answer(response)
        try:
            return [
                VersionState(int(each["version"]), each["state"], each.get("status", {}).get("error_message", ""))
                for each in answer["model_version_status"]
            ]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._no_answer("that tells the versions", answer) from None

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not response.is_success:
            told = isinstance(answer, dict) and "error" in answer
            if not told and response.status_code not in _WITHOUT_WORDS:
                raise self._other_program(response)
            message = str(answer["error"]) if told else f"HTTP {response.status_code} {response.reason_phrase}"
            raise CallError(_CODES.get(response.status_code, UNKNOWN), message, self._address)
        if not isinstance(answer, dict):
            raise self._other_program(response)
        return answer

    def _other_program(self, response: httpx.Response) -> CallError:
        kind = response.headers.get("content-type", "no type").split(";")[0]
        return CallError(UNKNOWN, f"{OTHER_PROGRAM} (HTTP {response.status_code}, {kind})", self._address)

    def _no_answer(self, of_what: str, answer: dict[str, Any]) -> CallError:
        return CallError(INTERNAL, f"not an answer {of_what}: {answer!r:.200}", self._address)
