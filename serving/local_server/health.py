"""gRPC's own health service: whether TF Serving's two services serve.

As in TF Serving both do as soon as the port is open, and until the server stops. Watching is not implemented.
"""

import operator

import grpc
from google.protobuf.message import Message

from serving.local_server.message_classes import message_classes

SERVICE = "grpc.health.v1.Health"
SERVING = 1

_MESSAGES = message_classes(
    "grpc.health.v1", {"HealthCheckRequest": {"service": "string"}, "HealthCheckResponse": {"status": "int32"}}
)
_KNOWN = ("", "ModelService", "PredictionService")
"""The names that TF Serving registers; the empty one is the server."""


def health_handler() -> grpc.GenericRpcHandler:
    """Answers `Check`."""
    check = grpc.unary_unary_rpc_method_handler(
        _check,
        request_deserializer=_MESSAGES["HealthCheckRequest"].FromString,
        response_serializer=operator.methodcaller("SerializeToString"),
    )
    return grpc.method_handlers_generic_handler(SERVICE, {"Check": check})


def _check(request: Message, context: grpc.ServicerContext) -> Message:
    service = getattr(request, "service")  # noqa: B009 the class is made at run time
    if service not in _KNOWN:
        context.abort(grpc.StatusCode.NOT_FOUND, "")
    return _MESSAGES["HealthCheckResponse"](status=SERVING)
