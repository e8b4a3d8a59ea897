"""TF Serving's REST API over the local models: predict, classify, regress, model status and model metadata.

Paths are matched by hand, as TF Serving matches them (regardless of case, percent-decoded after the match), because a
router's own rules would answer some of them differently.
"""

import asyncio
import logging
import os
import re
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send
from tensorflow.python.framework import errors_impl
from tensorflow_serving.apis import get_model_metadata_pb2, input_pb2, model_pb2

from serving.local_server.limits.admission import Admission
from serving.local_server.limits.budget import Budget, Share
from serving.local_server.models.descriptions import (
    SIGNATURE_DEF_FIELD,
    metadata_json,
    model_metadata,
    model_status,
    status_json,
)
from serving.local_server.models.example_inference import classify, example_count, regress
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.servable import DEFAULT_SIGNATURE
from serving.local_server.rest.json_examples import parse_examples_body
from serving.local_server.rest.json_request import parse_predict_body
from serving.local_server.rest.json_response import classify_answer, error_answer, predict_answer, regress_answer
from serving.local_server.rest.packed_body import TooLongError, unpacked
from serving.local_server.rest.request_body import BodyLimits, BodyReader, ClientGoneError, RefusedBodyError
from serving.local_server.watching.observation import REST, Observation, Observer
from serving.local_server.wire.statuses import (
    ServingError,
    as_serving_error,
    deadline_exceeded,
    invalid_argument,
    unavailable,
)

LOGGER = logging.getLogger(__name__)

HTTP_STATUS = {
    errors_impl.CANCELLED: 499,
    errors_impl.UNKNOWN: 500,
    errors_impl.INVALID_ARGUMENT: 400,
    errors_impl.DEADLINE_EXCEEDED: 504,
    errors_impl.NOT_FOUND: 404,
    errors_impl.ALREADY_EXISTS: 409,
    errors_impl.PERMISSION_DENIED: 403,
    errors_impl.RESOURCE_EXHAUSTED: 429,
    errors_impl.FAILED_PRECONDITION: 400,
    errors_impl.ABORTED: 409,
    errors_impl.OUT_OF_RANGE: 400,
    errors_impl.UNIMPLEMENTED: 501,
    errors_impl.INTERNAL: 500,
    errors_impl.UNAVAILABLE: 503,
    errors_impl.DATA_LOSS: 500,
    errors_impl.UNAUTHENTICATED: 401,
}
"""gRPC's status code to HTTP's."""

_REFUSALS = {
    HTTPStatus.REQUEST_TIMEOUT: "DEADLINE_EXCEEDED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "RESOURCE_EXHAUSTED",
    HTTPStatus.TOO_MANY_REQUESTS: "RESOURCE_EXHAUSTED",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
"""The HTTP code with which a request is refused before it is looked at, to the name of gRPC's."""

_MODEL = r"/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?"
_PREDICTION_PATH = re.compile(rf"/v1/models{_MODEL}:(classify|regress|predict)", re.IGNORECASE | re.ASCII)
_MODEL_PATH = re.compile(rf"/v1/models(?:{_MODEL}(/metadata)?)?", re.IGNORECASE | re.ASCII)
_INFERENCE = ("predict", "classify", "regress")
_MALFORMED = "malformed"
_MAX_VERSION = 2**63 - 1
_REQUESTS_A_THREAD = 64

_JSON = b"application/json"
_TEXT = b"text/plain; charset=utf-8"
_CORS_HEADERS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, GET"),
    (b"access-control-allow-headers", b"Content-Type"),
]
_CLOSE = (b"connection", b"close")
_ORIGIN = re.compile(b"https?://")
_Headers = Mapping[bytes, bytes]
_Answer = tuple[int, bytes]
"""HTTP code and body."""


@dataclass(frozen=True)
class RestConfig:
    """Settings of the REST port.

    Attributes:
        enable_cors: Whether web pages of other origins may send requests.
        metrics_path: The path where Prometheus reads the metrics; empty for none.
        num_threads: Threads that parse requests and run models; 0 takes four for each core.
        most_requests: The most requests that run or wait for a thread; 0 takes 64 for each thread.
        timeout_s: Seconds from a complete request to its answer.
        bodies: Limits of the bodies of requests.
    """

    enable_cors: bool = False
    metrics_path: str = ""
    num_threads: int = 0
    most_requests: int = 0
    timeout_s: float = 30.0
    bodies: BodyLimits = field(default_factory=BodyLimits)


class _VersionOverflowError(errors_impl.InvalidArgumentError):
    """A version too large for an int64; TF Serving answers it with an empty body."""

    def __init__(self) -> None:
        super().__init__(None, None, "")


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    headers: _Headers
    body: bytes
    due: float
    """The time, by `time.monotonic`, from which nobody waits for the answer."""
    share: Share
    """What the request holds of the bytes of all requests."""


class RestApi:
    """The ASGI application of the REST port."""

    def __init__(
        self,
        manager: ModelManager,
        config: RestConfig = RestConfig(),
        observer: Observer | None = None,
        admission: Admission | None = None,
    ):
        """Answers from the models of `manager`. `admission` says what requests may hold."""
        self._manager = manager
        self._admission = admission or Admission(longest=config.bodies.longest)
        self._config = config
        self._observer = observer or Observer()
        self._bodies = BodyReader(config.bodies)
        # Threads parse bodies and run models, so that the event loop goes on accepting requests.
        threads = config.num_threads or 4 * (os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="rest")
        most = config.most_requests or _REQUESTS_A_THREAD * threads
        # Whoever looks whether the server is well gets an answer even if it has too much to do.
        self._predictions, self._looks = Budget(most, "requests"), Budget(most, "requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope.get("raw_path", scope["path"].encode()).split(b"?")[0].decode("latin-1")
        if self._config.metrics_path and path == self._config.metrics_path:
            page = self._observer.metrics.page().encode("utf-8", "replace")
            await _send(send, (HTTPStatus.OK, page), _TEXT)
        elif not path.lower().startswith("/v1/"):
            await _send(send, (HTTPStatus.NOT_FOUND, b"Not Found"), _TEXT)
        else:
            await self._answer(scope, path, receive, send)

    def close(self) -> None:
        """Lets the threads end. What still waits for one is not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, scope: Scope, path: str, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        further = _CORS_HEADERS if self._config.enable_cors else []
        try:
            self._admission.rate.count((scope.get("client") or ("",))[0])
            answer = await self._answered(scope["method"], path, headers, receive)
        except (ServingError, RefusedBodyError) as error:
            answer = self._refused(scope["method"], path, error)
            further = [*further, _CLOSE]
        except ClientGoneError:
            return
        except asyncio.CancelledError:
            # The time to drain is over. The client gets an answer, even if what it asked for still runs.
            answer = _refusal(unavailable("The server is stopping"))
            further = [*further, _CLOSE]
        # What the request held is given back by now: a client that does not read its answer holds back nothing else.
        await _send(send, answer, _JSON, further)

    async def _answered(self, method: str, path: str, headers: _Headers, receive: Receive) -> _Answer:
        """Reads a request and returns the answer, or an error after the timeout.

        What it holds is given back once a thread is done with it. After a timeout the work ends by itself, and its
        result is lost.
        """
        share, place = self._admission.bytes.share(), (self._looks if method == "GET" else self._predictions).share()

        def release(_: object = None) -> None:
            share.release()
            place.release()

        try:
            body = await self._bodies.read(headers, receive, share)
            place.hold(1)
            due = time.monotonic() + self._config.timeout_s
            work: Future[_Answer] = self._threads.submit(
                self._answer_to, _Request(method, path, headers, body, due, share)
            )
        except ServingError as error:
            release()
            return self._refused(method, path, error)
        except BaseException:
            release()
            raise
        work.add_done_callback(release)
        answer = asyncio.wrap_future(work)
        await asyncio.wait([answer], timeout=self._config.timeout_s)
        return answer.result() if answer.done() else _refusal(_timed_out())

    def _refused(self, method: str, path: str, error: ServingError | RefusedBodyError) -> _Answer:
        """Notes a request that is refused before it is looked at, and returns the answer."""
        is_of_body = isinstance(error, RefusedBodyError)
        answer = (error.status, error_answer(error.message)) if is_of_body else _refusal(error)
        self._observer.refused(REST, _route(method, path)[0], _REFUSALS[HTTPStatus(answer[0])])
        return answer

    def _answer_to(self, request: _Request) -> _Answer:
        try:
            return HTTPStatus.OK, self._dispatch(request)
        except _VersionOverflowError:
            return HTTPStatus.BAD_REQUEST, b""
        except TooLongError as error:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error_answer(error.message)
        except ServingError as error:
            return _refusal(error)
        except Exception as error:
            LOGGER.exception("A request failed in the server")
            return _refusal(as_serving_error(error))

    def _dispatch(self, request: _Request) -> bytes:
        if self._config.enable_cors and _is_preflight(request):
            return b""
        api, name, version, label = _route(request.method, request.path)
        with self._observer.request(REST, api, is_inference=api in _INFERENCE) as seen:
            if api == _MALFORMED:
                raise invalid_argument(f"Malformed request: {request.method} {request.path}")
            if not name:
                raise invalid_argument("Missing model name in request.")
            spec = _model_spec(name, version, label)
            for what, named in (("model", spec.name), ("version label", spec.version_label)):
                self._admission.limits.check_name(what, named)
            seen.asks(spec.name, self._manager.is_served(spec.name))
            # The request may have waited so long for a thread that its client waits no more.
            _check_time(request)
            answer = self._called(api, spec, self._plain(request), seen)
            _check_time(request)
            return answer

    def _called(self, api: str, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        if api == "predict":
            return self._predict(spec, body, seen)
        if api == "classify":
            return self._classify(spec, body, seen)
        if api == "regress":
            return self._regress(spec, body, seen)
        return self._metadata(spec) if api == "metadata" else self._status(spec)

    def _plain(self, request: _Request) -> bytes:
        if b"gzip" not in request.headers.get(b"content-encoding", b""):
            return request.body
        return unpacked(request.body, self._config.bodies.longest, request.share)

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        limits = self._admission.limits
        request = parse_predict_body(body, limits.json_members)
        limits.check_name("signature", request.signature_name)
        with self._manager.acquire(spec) as loaded, self._admission.values.share() as share:
            name = request.signature_name or DEFAULT_SIGNATURE
            signature = loaded.servable.signature_defs.get(name)
            seen.calls(loaded.version, name, is_known=signature is not None)
            if signature is None:
                raise invalid_argument(f'Serving signature name: "{name}" not found in signature def')
            form, inputs = request.tensors(signature.inputs)
            share.hold(limits.check_shapes({each: array.shape for each, array in inputs.items()}))
            limits.check_expected(name, inputs)
            with seen.running():
                outputs = loaded.servable.run(name, inputs)
        limits.check_answer(outputs)
        return predict_answer(outputs, form)

    def _classify(self, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        name, examples = self._examples(body)
        with self._manager.acquire(spec) as loaded:
            seen.calls(loaded.version, name, name in loaded.servable.signature_defs)
            with seen.running():
                return classify_answer(classify(loaded.servable, name, examples))

    def _regress(self, spec: model_pb2.ModelSpec, body: bytes, seen: Observation) -> bytes:
        name, examples = self._examples(body)
        with self._manager.acquire(spec) as loaded:
            seen.calls(loaded.version, name, name in loaded.servable.signature_defs)
            with seen.running():
                return regress_answer(regress(loaded.servable, name, examples))

    def _examples(self, body: bytes) -> tuple[str, input_pb2.Input]:
        """The name of the signature, as the body has it or `serving_default`, and the examples."""
        limits = self._admission.limits
        name, examples = parse_examples_body(body, limits.json_members)
        limits.check_name("signature", name)
        limits.check_rows("The request", example_count(examples))
        return name or DEFAULT_SIGNATURE, examples

    def _status(self, spec: model_pb2.ModelSpec) -> bytes:
        return status_json(model_status(self._manager, spec))

    def _metadata(self, spec: model_pb2.ModelSpec) -> bytes:
        request = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=spec, metadata_field=[SIGNATURE_DEF_FIELD])
        return metadata_json(model_metadata(self._manager, request))


def _route(method: str, path: str) -> tuple[str, str | None, str | None, str | None]:
    """The API that a request calls, and the model's name, version and label as the path has them."""
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


def _is_preflight(request: _Request) -> bool:
    """Whether a browser asks if a page may send a request: the preflight of CORS."""
    return request.method == "OPTIONS" and bool(_ORIGIN.search(request.headers.get(b"origin", b"")))


def _check_time(request: _Request) -> None:
    if time.monotonic() > request.due:
        raise _timed_out()


def _timed_out() -> ServingError:
    return deadline_exceeded("Timed out waiting for notification")


def _refusal(error: ServingError) -> _Answer:
    return HTTP_STATUS[error.error_code], error_answer(error.message)


async def _send(send: Send, answer: _Answer, content_type: bytes, further: Iterable[tuple[bytes, bytes]] = ()) -> None:
    status, body = answer
    headers = [(b"content-length", b"%d" % len(body)), (b"content-type", content_type), *further]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
