"""The way to a model server over REST."""

from typing import Any
from urllib.parse import quote

import httpx

from serving.call import Call
from serving.call_error import DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, CallError
from serving.transport import Outputs, VersionState

_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: INTERNAL,
    501: "UNIMPLEMENTED",
    503: UNAVAILABLE,
    504: DEADLINE_EXCEEDED,
}


class RestTransport:
    """Calls `http://<address>/v1/models/<model name>` and keeps its connections open."""

    def __init__(self, address: str, model_name: str, timeout_s: float):
        """Connects at the first call; `timeout_s` holds for connecting, sending and each wait for an answer."""
        self._address = address
        self._path = f"/v1/models/{quote(model_name, safe='')}"
        # Model servers are reached directly, whatever proxy the environment names for the web.
        self._client = httpx.Client(base_url=f"http://{address}", timeout=timeout_s, trust_env=False)

    def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached, or refused, or answered something else.
        """
        answer = self._call("POST", f"{self._path}:predict", call.rest_body())
        outputs = answer.get("outputs")
        if len(call.outputs) == 1 and not isinstance(outputs, dict):
            outputs = {call.outputs[0]: outputs}  # An only output goes without its name.
        if not isinstance(outputs, dict) or any(outputs.get(name) is None for name in call.outputs):
            raise self._no_answer(f"of the {call.signature} signature", answer)
        return outputs

    def signature_names(self) -> frozenset[str]:
        """The signatures that the model's newest version has.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        answer = self._call("GET", f"{self._path}/metadata", None)
        try:
            # TensorFlow keeps operations of its own beside the signatures, under names with two underscores.
            found = answer["metadata"]["signature_def"]["signature_def"]
            return frozenset(name for name in found if not name.startswith("__"))
        except (KeyError, TypeError):
            raise self._no_answer("that tells the signatures", answer) from None

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        answer = self._call("GET", self._path, None)
        return [VersionState(int(each["version"]), each["state"]) for each in answer["model_version_status"]]

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _no_answer(self, of_what: str, answer: dict[str, Any]) -> CallError:
        return CallError(INTERNAL, f"not an answer {of_what}: {answer!r:.200}", self._address)

    def _call(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, content=body)
        except httpx.ConnectTimeout as error:
            raise CallError(UNAVAILABLE, f"no connection in time: {error}", self._address) from error
        except httpx.TimeoutException as error:
            raise CallError(DEADLINE_EXCEEDED, "no answer in time", self._address) from error
        except httpx.TransportError as error:
            raise CallError(UNAVAILABLE, str(error) or type(error).__name__, self._address) from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not response.is_success:
            message = answer["error"] if isinstance(answer, dict) and "error" in answer else response.text
            raise CallError(_CODES.get(response.status_code, "UNKNOWN"), message, self._address)
        if not isinstance(answer, dict):
            raise CallError(INTERNAL, f"not a JSON object: {response.text!r:.200}", self._address)
        return answer
