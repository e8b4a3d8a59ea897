"""The way to a model server over REST."""

import httpx

from serving.call import Call
from serving.client_tls import ClientTls
from serving.rest_messages import RestMessages, RestRequest
from serving.transport import Outputs, VersionState


class RestTransport:
    """Calls `http://<address>/v1/models/<model name>` and keeps its connections open."""

    def __init__(self, address: str, model_name: str, timeout_s: float, tls: ClientTls | None = None):
        """Connects at the first call; `timeout_s` holds for connecting, sending and each wait for an answer."""
        self._messages = RestMessages(address, model_name)
        self._client = httpx.Client(**self._messages.client_options(timeout_s, tls))

    def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached, or refused, or answered something else.
        """
        return self._messages.outputs(call, self._sent(self._messages.predict(call)))

    def signature_names(self) -> frozenset[str]:
        """The signatures that the model's newest version has.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.signature_names(self._sent(self._messages.metadata()))

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.version_states(self._sent(self._messages.status()))

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _sent(self, request: RestRequest) -> httpx.Response:
        with self._messages.failures():
            return self._client.request(request.method, request.path, content=request.body)
