"""Observes each request, for the metrics and the access log."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from serving.local_server.models.servable import DEFAULT_SIGNATURE
from serving.local_server.watching.access_log import AccessLog
from serving.local_server.watching.server_metrics import OTHER, Metrics
from serving.local_server.wire.statuses import as_serving_error

_STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}
_OK = grpc.StatusCode.OK.name
_RUNTIME = "TF1"


REST = "REST"
GRPC = "GRPC"


@dataclass
class Observation:
    """What is known about a request. The code that answers the request fills it in.

    Attributes:
        model: The model's name in the request.
        version: The version that answers; None until it is known.
        signature: The signature that is called; empty if the request calls none.
        model_label: The model's name in the metrics: `other` for all that are not served.
        signature_label: The signature's name in the metrics: `other` for all that the model does not have.
        runtime_microseconds: How long the model ran.
    """

    model: str = ""
    version: int | None = None
    signature: str = ""
    model_label: str = ""
    signature_label: str = ""
    runtime_microseconds: float = 0.0

    def asks(self, model: str, is_served: bool) -> None:
        """Notes which model a request names."""
        self.model = model
        self.model_label = model if is_served or not model else OTHER

    def calls(self, version: int, signature: str, is_known: bool) -> None:
        """Notes which version answers, and which signature is called; an empty name means `serving_default`."""
        self.version = version
        self.signature = signature or DEFAULT_SIGNATURE
        self.signature_label = self.signature if is_known else OTHER

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Times the model."""
        begin = time.perf_counter()
        yield
        self.runtime_microseconds += (time.perf_counter() - begin) * 1e6


class Observer:
    """Observes every request of a server."""

    def __init__(self, metrics: Metrics | None = None, access_log: AccessLog | None = None):
        """Counts in `metrics` and writes to `access_log`. Nobody reads the defaults."""
        self.metrics = metrics or Metrics()
        self._access_log = access_log or AccessLog()

    @contextlib.contextmanager
    def request(self, entrypoint: str, api: str, is_inference: bool = True) -> Iterator[Observation]:
        """Observes one request. An exception that leaves the block gives the request its status.

        Args:
            entrypoint: `REST` or `GRPC`.
            api: The method called.
            is_inference: Whether the request runs a model. The metrics count only those.
        """
        seen = Observation()
        status = _OK
        begin = time.perf_counter()
        try:
            yield seen
        except Exception as error:
            status = _STATUS_NAMES[as_serving_error(error).error_code]
            raise
        finally:
            microseconds = (time.perf_counter() - begin) * 1e6
            if is_inference:
                self._count(seen, entrypoint, api, status, microseconds)
            self._access_log.write(
                entrypoint, api, seen.model, seen.version, seen.signature, status, round(microseconds)
            )

    def refused(self, entrypoint: str, api: str, status: str) -> None:
        """Notes a request that is refused before anybody knows which model it asks.

        Args:
            entrypoint: `REST` or `GRPC`.
            api: The method called.
            status: The name of the gRPC status code.
        """
        self._count(Observation(model_label=OTHER), entrypoint, api, status, 0.0)
        self._access_log.write(entrypoint, api, "", None, "", status, 0)

    def _count(self, seen: Observation, entrypoint: str, api: str, status: str, microseconds: float) -> None:
        metrics, model = self.metrics, seen.model_label
        metrics.request_count.add(model, status)
        called = (model, "" if seen.version is None else str(seen.version), seen.signature_label, api, entrypoint)
        metrics.signature_request_count.add(*called, status)
        if status == _OK:
            metrics.request_latency.add(microseconds, model, api, entrypoint)
            metrics.runtime_latency.add(seen.runtime_microseconds, model, api, _RUNTIME)
            metrics.signature_request_latency.add(microseconds, *called)
