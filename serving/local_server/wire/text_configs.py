"""Reads TF Serving's text files for monitoring, batching and TLS.

The package `tensorflow-serving-api` does not have their messages, so they are declared here.
"""

from dataclasses import dataclass
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message

from serving.local_server.wire.statuses import invalid_argument
from serving.messages.message_classes import message_classes

DEFAULT_METRICS_PATH = "/monitoring/prometheus/metrics"

_PACKAGE = "tandem.serving"
_MAYBE_BOOL, _MAYBE_INT64, _MAYBE_STRING = (f".google.protobuf.{name}Value" for name in ("Bool", "Int64", "String"))
_CLASSES = message_classes(
    _PACKAGE,
    {
        "PrometheusConfig": {"enable": "bool", "path": "string"},
        "MonitoringConfig": {"prometheus_config": f".{_PACKAGE}.PrometheusConfig"},
        "SSLConfig": {"server_key": "string", "server_cert": "string", "custom_ca": "string", "client_verify": "bool"},
        "BatchingParameters": {
            "max_batch_size": _MAYBE_INT64,
            "batch_timeout_micros": _MAYBE_INT64,
            "max_enqueued_batches": _MAYBE_INT64,
            "num_batch_threads": _MAYBE_INT64,
            "thread_pool_name": _MAYBE_STRING,
            "allowed_batch_sizes": "repeated int64",
            "pad_variable_length_inputs": "bool",
            "enable_large_batch_splitting": _MAYBE_BOOL,
            "max_execution_batch_size": _MAYBE_INT64,
        },
    },
)


@dataclass(frozen=True)
class TlsConfig:
    """The key and the certificates of the gRPC port, in PEM format.

    Attributes:
        server_key: The private key.
        server_cert: The certificate, with the chain of those that signed it.
        custom_ca: The certificate of the authority that signs the certificates of clients.
        client_verify: Whether clients must show a certificate.
    """

    server_key: str
    server_cert: str
    custom_ca: str = ""
    client_verify: bool = False


@dataclass(frozen=True)
class BatchingConfig:
    """How requests are batched.

    Attributes:
        max_batch_size: The most rows of a batch.
        batch_timeout_micros: The longest time that a request waits for others.
        max_enqueued_batches: How many batches may wait; further requests are refused.
        num_batch_threads: How many batches run at the same time; 0 takes the number of cores.
        thread_pool_name: The queue's label in the metrics.
        allowed_batch_sizes: Batches are padded to the next of these sizes. They grow, and the last is `max_batch_size`;
            empty allows any size.
        pad_variable_length_inputs: Has no effect: requests whose inputs differ in length never share a batch.
        enable_large_batch_splitting: Whether a request with more rows than a batch may have is split.
    """

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    max_enqueued_batches: int = 10
    num_batch_threads: int = 0
    thread_pool_name: str = "model_server_batch_threads"
    allowed_batch_sizes: tuple[int, ...] = ()
    pad_variable_length_inputs: bool = False
    enable_large_batch_splitting: bool = False

    def __post_init__(self) -> None:
        """Checks the sizes."""
        sizes = self.allowed_batch_sizes
        if sizes and (list(sizes) != sorted(set(sizes)) or sizes[-1] != self.max_batch_size):
            raise invalid_argument(
                "allowed_batch_sizes must grow and end with max_batch_size. "
                f"Received: allowed_batch_sizes={list(sizes)}, max_batch_size={self.max_batch_size}"
            )


def read_metrics_path(text: str) -> str:
    """Reads the path of the page for Prometheus from a monitoring config; empty if the config asks for none.

    Raises:
        tf.errors.InvalidArgumentError: The text is no `MonitoringConfig`.
    """
    prometheus = _read("MonitoringConfig", text).get("prometheus_config", {})
    return (prometheus.get("path") or DEFAULT_METRICS_PATH) if prometheus.get("enable") else ""


def read_tls_config(text: str) -> TlsConfig:
    """Reads an `SSLConfig`.

    Raises:
        tf.errors.InvalidArgumentError: The text is no `SSLConfig`, or a field is missing.
    """
    fields = _read("SSLConfig", text)
    for needed in ("server_key", "server_cert"):
        if needed not in fields:
            raise invalid_argument(f"The SSLConfig has no {needed}")
    if fields.get("client_verify") and "custom_ca" not in fields:
        raise invalid_argument("The SSLConfig has no custom_ca, by which to verify clients")
    return TlsConfig(**fields)


def read_batching_config(text: str) -> BatchingConfig:
    """Reads `BatchingParameters`.

    Raises:
        tf.errors.InvalidArgumentError: The text is no `BatchingParameters`, or its sizes are invalid.
    """
    fields = _read("BatchingParameters", text)
    fields.pop("max_execution_batch_size", None)  # Batches are not split again before they run.
    if "allowed_batch_sizes" in fields:
        fields["allowed_batch_sizes"] = tuple(fields["allowed_batch_sizes"])
    return BatchingConfig(**fields)


def _read(name: str, text: str) -> dict[str, Any]:
    """The fields that a text sets, by name."""
    try:
        return _set_fields(text_format.Parse(text, _CLASSES[name]()))
    except text_format.ParseError as error:
        raise invalid_argument(f"Error parsing text-format tensorflow.serving.{name}: {error}") from None


def _set_fields(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is None:
            fields[field.name] = value
        elif field.message_type.full_name.startswith("google.protobuf."):
            fields[field.name] = value.value
        else:
            fields[field.name] = _set_fields(value)
    return fields
