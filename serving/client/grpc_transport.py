"""Sends calls to a model server over gRPC: one transport for threads, and one for asyncio."""

import functools
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio

from serving.client.call import Call
from serving.client.client_tls import ClientTls
from serving.client.grpc_messages import (
    CHANNEL_OPTIONS,
    GET_MODEL_METADATA,
    GET_MODEL_STATUS,
    PREDICT,
    GrpcMessages,
    Method,
)
from serving.client.transport import Outputs, VersionState


class GrpcTransport:
    """Calls PredictionService and ModelService over one channel."""

    def __init__(self, address: str, model_name: str, timeout_s: float, tls: ClientTls | None = None):
        """Connects at the first call. `timeout_s` limits each call as a whole."""
        self._messages = GrpcMessages(address, model_name)
        self._timeout_s = timeout_s
        if tls is None:
            self._channel = grpc.insecure_channel(address, options=CHANNEL_OPTIONS)
        else:
            self._channel = grpc.secure_channel(address, tls.channel_credentials(), options=CHANNEL_OPTIONS)
        self._predict = PREDICT.on(self._channel)
        self._metadata = GET_MODEL_METADATA.on(self._channel)
        self._status = GET_MODEL_STATUS.on(self._channel)

    def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached or refused, or its answer has another form.
        """
        return self._messages.outputs(call, self._sent(self._predict, self._messages.predict(call)))

    def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        response = self._sent(self._metadata, self._messages.metadata())
        return self._messages.signature_names(response)

    def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.version_states(self._sent(self._status, self._messages.status()))

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def _sent(self, method: Callable[..., Any], request: Any) -> Any:
        with self._messages.failures():
            return method(request, timeout=self._timeout_s)


class AsyncGrpcTransport:
    """The asyncio form of `GrpcTransport`. Its calls belong to one event loop and share one connection."""

    def __init__(self, address: str, model_name: str, timeout_s: float, tls: ClientTls | None = None):
        """Connects at the first call. `timeout_s` limits each call as a whole."""
        self._address = address
        self._messages = GrpcMessages(address, model_name)
        self._timeout_s = timeout_s
        self._credentials = None if tls is None else tls.channel_credentials()

    async def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached or refused, or its answer has another form.
        """
        return self._messages.outputs(call, await self._sent(PREDICT, self._messages.predict(call)))

    async def signature_names(self) -> frozenset[str]:
        """Returns the signatures of the model's newest version.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.signature_names(await self._sent(GET_MODEL_METADATA, self._messages.metadata()))

    async def version_states(self) -> list[VersionState]:
        """Returns the versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        return self._messages.version_states(await self._sent(GET_MODEL_STATUS, self._messages.status()))

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()

    @functools.cached_property
    def _channel(self) -> grpc.aio.Channel:
        # A channel belongs to the event loop that runs when it is made, so the first call makes it.
        if self._credentials is None:
            return grpc.aio.insecure_channel(self._address, options=CHANNEL_OPTIONS)
        return grpc.aio.secure_channel(self._address, self._credentials, options=CHANNEL_OPTIONS)

    async def _sent(self, method: Method, request: Any) -> Any:
        with self._messages.failures():
            return await method.on(self._channel)(request, timeout=self._timeout_s)
