"""TF Serving's REST API over the local models: predict, model status and model metadata.

Paths are matched by hand, as TF Serving matches them (regardless of case, percent-decoded after the match), because a
router's own rules would answer some of them differently.
"""

import http
import logging
import re
import zlib
from urllib.parse import unquote

import tensorflow as tf
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from tensorflow_serving.apis import get_model_metadata_pb2, model_pb2

from serving.local_server.descriptions import (
    SIGNATURE_DEF_FIELD,
    metadata_json,
    model_metadata,
    model_status,
    status_json,
)
from serving.local_server.errors import ServingError, as_serving_error, invalid_argument, unimplemented
from serving.local_server.json_request import parse_predict_body
from serving.local_server.json_response import error_answer, predict_answer
from serving.local_server.model_manager import ModelManager
from serving.local_server.servable import DEFAULT_SIGNATURE

LOGGER = logging.getLogger(__name__)

HTTP_STATUS = {
    tf.errors.CANCELLED: 499,
    tf.errors.UNKNOWN: 500,
    tf.errors.INVALID_ARGUMENT: 400,
    tf.errors.DEADLINE_EXCEEDED: 504,
    tf.errors.NOT_FOUND: 404,
    tf.errors.ALREADY_EXISTS: 409,
    tf.errors.PERMISSION_DENIED: 403,
    tf.errors.RESOURCE_EXHAUSTED: 429,
    tf.errors.FAILED_PRECONDITION: 400,
    tf.errors.ABORTED: 409,
    tf.errors.OUT_OF_RANGE: 400,
    tf.errors.UNIMPLEMENTED: 501,
    tf.errors.INTERNAL: 500,
    tf.errors.UNAVAILABLE: 503,
    tf.errors.DATA_LOSS: 500,
    tf.errors.UNAUTHENTICATED: 401,
}
"""Status code to HTTP code."""

_MODEL = r"/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?"
_PREDICTION_PATH = re.compile(rf"/v1/models{_MODEL}:(classify|regress|predict)", re.IGNORECASE | re.ASCII)
_MODEL_PATH = re.compile(rf"/v1/models(?:{_MODEL}(/metadata)?)?", re.IGNORECASE | re.ASCII)
_MAX_VERSION = 2**63 - 1
_LONGEST_INFLATED_BODY = 100 * 2**20


class _VersionOverflowError(Exception):
    """A version too large for an int64; TF Serving answers it with an empty body."""


class RestApi:
    """The ASGI endpoint of every path."""

    def __init__(self, manager: ModelManager):
        """Answers from the models of `manager`."""
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        path = scope.get("raw_path", scope["path"].encode()).split(b"?")[0].decode("latin-1")
        if not path.lower().startswith("/v1/"):
            response = Response("Not Found", status_code=404, media_type="text/plain")
        else:
            body = await request.body()
            encoding = request.headers.get("content-encoding", "")
            # Models run, and long bodies are parsed, beside the event loop, so that it goes on accepting requests.
            status, answer = await run_in_threadpool(self._answer, request.method, path, body, encoding)
            response = Response(answer, status_code=status, media_type="application/json")
        await response(scope, receive, send)

    def _answer(self, method: str, path: str, body: bytes, encoding: str) -> tuple[int, bytes]:
        try:
            return int(http.HTTPStatus.OK), self._dispatch(method, path, body, encoding)
        except _VersionOverflowError:
            return int(http.HTTPStatus.BAD_REQUEST), b""
        except ServingError as error:
            return HTTP_STATUS[error.error_code], error_answer(error.message)
        except Exception as error:
            LOGGER.exception("A request failed in the server")
            failure = as_serving_error(error)
            return HTTP_STATUS[failure.error_code], error_answer(failure.message)

    def _dispatch(self, method: str, path: str, body: bytes, encoding: str) -> bytes:
        if method == "POST" and (match := _PREDICTION_PATH.fullmatch(path)):
            name, version, label, verb = match.groups()
            spec = _model_spec(name, version, label)
            if verb == "predict":
                return self._predict(spec, _inflated(body) if "gzip" in encoding else body)
            if verb in ("classify", "regress"):
                raise unimplemented(f"This server does not implement {verb}; use predict.")
        elif method == "GET" and (match := _MODEL_PATH.fullmatch(path)):
            name, version, label, metadata = match.groups()
            if not name:
                raise invalid_argument("Missing model name in request.")
            spec = _model_spec(name, version, label)
            if not metadata:
                return status_json(model_status(self._manager, spec))
            request = get_model_metadata_pb2.GetModelMetadataRequest(
                model_spec=spec, metadata_field=[SIGNATURE_DEF_FIELD]
            )
            return metadata_json(model_metadata(self._manager, request))
        raise invalid_argument(f"Malformed request: {method} {path}")

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes) -> bytes:
        request = parse_predict_body(body)
        with self._manager.acquire(spec) as loaded:
            name = request.signature_name or DEFAULT_SIGNATURE
            signature = loaded.servable.signature_defs.get(name)
            if signature is None:
                raise invalid_argument(f'Serving signature name: "{name}" not found in signature def')
            form, inputs = request.tensors(signature.inputs)
            outputs = loaded.servable.run(name, inputs)
        return predict_answer(outputs, form)


def rest_app(manager: ModelManager) -> Starlette:
    """The ASGI application of the REST port."""
    return Starlette(routes=[Route("/{path:path}", RestApi(manager))])


def _model_spec(name: str, version: str | None, label: str | None) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=unquote(name))
    if version is not None:
        if len(version.lstrip("0")) > len(str(_MAX_VERSION)) or int(version) > _MAX_VERSION:
            raise _VersionOverflowError
        spec.version.value = int(version)
    elif label is not None:
        spec.version_label = unquote(label)
    return spec


def _inflated(body: bytes) -> bytes:
    """The body without its compression; empty where it is no gzip or too large, as TF Serving reads it."""
    try:
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        inflated = inflater.decompress(body, _LONGEST_INFLATED_BODY)
    except zlib.error:
        return b""
    return inflated if inflater.eof else b""
