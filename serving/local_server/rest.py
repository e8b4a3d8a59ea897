"""TF Serving's REST API over the local models: predict, classify, regress, model status and model metadata.

Paths are matched by hand, as TF Serving matches them (regardless of case, percent-decoded after the match), because a
router's own rules would answer some of them differently.
"""

import http
import logging
import re
import zlib
from dataclasses import dataclass
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
from serving.local_server.errors import ServingError, as_serving_error, invalid_argument
from serving.local_server.examples import classify, regress
from serving.local_server.json_examples import parse_examples_body
from serving.local_server.json_request import parse_predict_body
from serving.local_server.json_response import classify_answer, error_answer, predict_answer, regress_answer
from serving.local_server.model_manager import ModelManager
from serving.local_server.observation import REST, Observation, Observer
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
_INFERENCE = ("predict", "classify", "regress")
_MALFORMED = "malformed"
_MAX_VERSION = 2**63 - 1
_LONGEST_INFLATED_BODY = 100 * 2**20


_CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
_ORIGIN = re.compile("https?://")


@dataclass(frozen=True)
class RestConfig:
    """What can be told of the REST port.

    Attributes:
        enable_cors: Whether pages of other origins may ask.
        metrics_path: Where Prometheus reads the metrics; nowhere if empty.
    """

    enable_cors: bool = False
    metrics_path: str = ""


class _VersionOverflowError(tf.errors.InvalidArgumentError):
    """A version too large for an int64; TF Serving answers it with an empty body."""

    def __init__(self) -> None:
        super().__init__(None, None, "")


class RestApi:
    """The ASGI endpoint of every path."""

    def __init__(self, manager: ModelManager, config: RestConfig = RestConfig(), observer: Observer | None = None):
        """Answers from the models of `manager`."""
        self._manager = manager
        self._config = config
        self._observer = observer or Observer()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        path = scope.get("raw_path", scope["path"].encode()).split(b"?")[0].decode("latin-1")
        if self._config.metrics_path and path == self._config.metrics_path:
            response = Response(self._observer.metrics.page(), media_type="text/plain")
        elif not path.lower().startswith("/v1/"):
            response = Response("Not Found", status_code=404, media_type="text/plain")
        else:
            body = await request.body()
            # Models run, and long bodies are parsed, beside the event loop, so that it goes on accepting requests.
            status, answer = await run_in_threadpool(self._answer, request, path, body)
            headers = _CORS_HEADERS if self._config.enable_cors else None
            response = Response(answer, status_code=status, headers=headers, media_type="application/json")
        await response(scope, receive, send)

    def _answer(self, request: Request, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            if "gzip" in request.headers.get("content-encoding", ""):
                body = _inflated(body)
            return int(http.HTTPStatus.OK), self._dispatch(request, path, body)
        except _VersionOverflowError:
            return int(http.HTTPStatus.BAD_REQUEST), b""
        except ServingError as error:
            return HTTP_STATUS[error.error_code], error_answer(error.message)
        except Exception as error:
            LOGGER.exception("A request failed in the server")
            failure = as_serving_error(error)
            return HTTP_STATUS[failure.error_code], error_answer(failure.message)

    def _dispatch(self, request: Request, path: str, body: bytes) -> bytes:
        if self._config.enable_cors and _is_preflight(request):
            return b""
        api, name, version, label = _route(request.method, path)
        with self._observer.request(REST, api, is_inference=api in _INFERENCE) as seen:
            if api == _MALFORMED:
                raise invalid_argument(f"Malformed request: {request.method} {path}")
            if not name:
                raise invalid_argument("Missing model name in request.")
            spec = _model_spec(name, version, label)
            seen.model = spec.name
            if api == "predict":
                return self._predict(spec, body, seen)
            if api == "classify":
                return self._classify(spec, body, seen)
            if api == "regress":
                return self._regress(spec, body, seen)
            return self._metadata(spec) if api == "metadata" else self._status(spec)

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        request = parse_predict_body(body)
        with self._manager.acquire(spec) as loaded:
            name = request.signature_name or DEFAULT_SIGNATURE
            seen.calls(loaded.version, name)
            signature = loaded.servable.signature_defs.get(name)
            if signature is None:
                raise invalid_argument(f'Serving signature name: "{name}" not found in signature def')
            form, inputs = request.tensors(signature.inputs)
            with seen.running():
                outputs = loaded.servable.run(name, inputs)
        return predict_answer(outputs, form)

    def _classify(self, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        name, examples = parse_examples_body(body)
        with self._manager.acquire(spec) as loaded:
            seen.calls(loaded.version, name)
            with seen.running():
                return classify_answer(classify(loaded.servable, name, examples))

    def _regress(self, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        name, examples = parse_examples_body(body)
        with self._manager.acquire(spec) as loaded:
            seen.calls(loaded.version, name)
            with seen.running():
                return regress_answer(regress(loaded.servable, name, examples))

    def _status(self, spec: model_pb2.ModelSpec) -> bytes:
        return status_json(model_status(self._manager, spec))

    def _metadata(self, spec: model_pb2.ModelSpec) -> bytes:
        request = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=spec, metadata_field=[SIGNATURE_DEF_FIELD])
        return metadata_json(model_metadata(self._manager, request))


def rest_app(manager: ModelManager, config: RestConfig = RestConfig(), observer: Observer | None = None) -> Starlette:
    """The ASGI application of the REST port."""
    return Starlette(routes=[Route("/{path:path}", RestApi(manager, config, observer))])


def _route(method: str, path: str) -> tuple[str, str | None, str | None, str | None]:
    """What a request asks, and of which model's name, version and label, as they stand in the path."""
    if method == "POST" and (match := _PREDICTION_PATH.fullmatch(path)):
        name, version, label, verb = match.groups()
        if verb in _INFERENCE:
            return verb, name, version, label
    elif method == "GET" and (match := _MODEL_PATH.fullmatch(path)):
        name, version, label, metadata = match.groups()
        return "metadata" if metadata else "status", name, version, label
    return _MALFORMED, None, None, None


def _model_spec(name: str, version: str | None, label: str | None) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=unquote(name))
    if version is not None:
        if len(version.lstrip("0")) > len(str(_MAX_VERSION)) or int(version) > _MAX_VERSION:
            raise _VersionOverflowError
        spec.version.value = int(version)
    elif label is not None:
        spec.version_label = unquote(label)
    return spec


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks on behalf of a page if that may ask."""
    return request.method == "OPTIONS" and bool(_ORIGIN.search(request.headers.get("origin", "")))


def _inflated(body: bytes) -> bytes:
    """The body without its compression; empty where it is no gzip or too large, as TF Serving reads it."""
    try:
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        inflated = inflater.decompress(body, _LONGEST_INFLATED_BODY)
    except zlib.error:
        return b""
    return inflated if inflater.eof else b""
