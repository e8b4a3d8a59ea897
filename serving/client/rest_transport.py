"""Sends calls to a model server over REST: one transport for threads, and one for asyncio."""

import httpx

from serving.client.call import Call
from serving.client.client_tls import ClientTls
from serving.client.rest_messages import RestMessages, RestRequest
from serving.client.transport import Outputs, VersionState


class RestTransport:
    """Calls `http://<address>/v1/models/<model name>` and keeps its connections open."""

    def __init__(self, address: str, model_name: str, timeout_s: float, tls: ClientTls | None = None):
        """Connects at the first call. `timeout_s` limits connecting, sending and each wait for an answer."""
        self._messages = RestMessages(address, model_name)
        self._client = httpx.Client(**self._messages.client_options(timeout_s, tls))

    def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached or refused, or its answer has another form.
        """
        return self._messages.outputs(call, self._sent(self._messages.predict(call)))

    def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.signature_names(self._sent(self._messages.metadata()))

    def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first.

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


class AsyncRestTransport:
    """The asyncio form of `RestTransport`. Calls that are under way at a time have a connection each."""

    def __init__(self, address: str, model_name: str, timeout_s: float, tls: ClientTls | None = None):
        """Connects at the first call. `timeout_s` limits connecting, sending and each wait for an answer."""
        self._messages = RestMessages(address, model_name)
        self._client = httpx.AsyncClient(**self._messages.client_options(timeout_s, tls))

    async def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached or refused, or its answer has another form.
        """
        return self._messages.outputs(call, await self._sent(self._messages.predict(call)))

    async def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.signature_names(await self._sent(self._messages.metadata()))

    async def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.version_states(await self._sent(self._messages.status()))

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _sent(self, request: RestRequest) -> httpx.Response:
        with self._messages.failures():
            return await self._client.request(request.method, request.path, content=request.body)
