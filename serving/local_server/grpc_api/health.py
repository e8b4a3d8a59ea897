"""gRPC's standard health service, which reports whether TF Serving's two services serve.

As in TF Serving, both serve from the moment when the port opens until the server stops.
"""

import operator
import threading
from collections.abc import Callable

import grpc
from google.protobuf.message import Message

from serving.messages.message_classes import message_classes

SERVICE = "grpc.health.v1.Health"
SERVING = 1
NOT_SERVING = 2
SERVICE_UNKNOWN = 3

_MESSAGES = message_classes(
    "grpc.health.v1", {"HealthCheckRequest": {"service": "string"}, "HealthCheckResponse": {"status": "int32"}}
)
_KNOWN = ("", "ModelService", "PredictionService")
"""The service names that TF Serving registers. The empty name stands for the server."""

_Send = Callable[[Message | None], None]
"""Sends a watcher an answer, or ends its stream."""


class Health:
    """Answers `Check`, and `Watch` until `stop`."""

    def __init__(self) -> None:
        """Both services serve at once."""
        self._watchers: dict[grpc.ServicerContext, _Send] = {}
        self._lock = threading.Lock()

    def handler(self) -> grpc.GenericRpcHandler:
        """The handler of the service, for a gRPC server."""
        codecs = {
            "request_deserializer": _MESSAGES["HealthCheckRequest"].FromString,
            "response_serializer": operator.methodcaller("SerializeToString"),
        }

        def watch(request: Message, context: grpc.ServicerContext, send_response_callback: _Send) -> None:
            self._watch(request, context, send_response_callback)

        # A blocking stream would keep a thread from other requests for as long as somebody watches.
        watch.experimental_non_blocking = True  # type: ignore[attr-defined]
        methods = {
            "Check": grpc.unary_unary_rpc_method_handler(self._check, **codecs),
            "Watch": grpc.unary_stream_rpc_method_handler(watch, **codecs),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def stop(self) -> None:
        """Tells all watchers that the services do not serve any more, and ends their streams."""
        with self._lock:
            watchers, self._watchers = self._watchers, {}
        for send in watchers.values():
            send(_answer(NOT_SERVING))
            send(None)

    def _check(self, request: Message, context: grpc.ServicerContext) -> Message:
        if _service(request) not in _KNOWN:
            context.abort(grpc.StatusCode.NOT_FOUND, "")
        return _answer(SERVING)

    def _watch(self, request: Message, context: grpc.ServicerContext, send: _Send) -> None:
        with self._lock:
            self._watchers[context] = send
        if not context.add_callback(lambda: self._forget(context)):
            self._forget(context)
            return
        send(_answer(SERVING if _service(request) in _KNOWN else SERVICE_UNKNOWN))

    def _forget(self, context: grpc.ServicerContext) -> None:
        with self._lock:
            self._watchers.pop(context, None)


def _service(request: Message) -> str:
    return str(getattr(request, "service"))  # noqa: B009 the class is made at run time


def _answer(status: int) -> Message:
    return _MESSAGES["HealthCheckResponse"](status=status)
