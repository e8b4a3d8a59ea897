"""The settings of `tandem serve`, and the contents of the config files that they name."""

from dataclasses import dataclass

from tensorflow.core.protobuf import config_pb2

from serving.local_server.limits.admission import Admission
from serving.local_server.limits.request_limits import RequestLimits
from serving.local_server.models.served_models import ServedModel, read_model_config, served_models
from serving.local_server.rest.request_body import BodyLimits
from serving.local_server.rest.rest_service import RestConfig
from serving.local_server.wire.statuses import invalid_argument
from serving.local_server.wire.text_configs import (
    BatchingConfig,
    TlsConfig,
    read_batching_config,
    read_metrics_path,
    read_tls_config,
)


@dataclass(frozen=True)
class ServerConfig:
    """The settings of a server; the names are those of TF Serving's flags where it has them.

    Attributes:
        model_name: The model's name in requests, if there is no config file.
        model_base_path: The folder that holds the version folders.
        host: The address to listen on.
        port: The gRPC port; 0 takes a free one.
        rest_api_port: The REST port; 0 takes a free one.
        rest_api_enable_cors_support: Whether web pages of other origins may send requests.
        rest_api_num_threads: Threads that parse REST requests and run models; 0 takes four for each core.
        rest_api_timeout_in_ms: Milliseconds from a complete REST request to its answer.
        rest_api_receive_seconds: How long a REST request may take to arrive, and a connection to begin the next one.
        rest_api_max_body_bytes: The most bytes of one body, as it is sent and as it is unpacked.
        grpc_max_message_bytes: The most bytes of one message of gRPC. All bodies and messages under way may have twice
            as many as the longer of both.
        grpc_receive_seconds: How long the message of a gRPC call may take to arrive.
        answer_read_seconds: How long a client may take to read an answer, over both protocols.
        max_request_values: The most values of all inputs of a request. All requests under way may have twice that.
        max_request_rows: The most rows of an input, or tf.Examples.
        max_answer_values: The most values of all outputs of a request.
        max_name_length: The most characters of the name of a model, version label or signature.
        max_requests_under_way: How many predictions may run or wait, on each of the ports; 0 allows 64 for each thread.
        max_requests_per_second: How many requests one address may send in a second; 0 sets no limit.
        model_config_file: A file that lists the models; replaces `model_name` and `model_base_path`.
        model_config_file_poll_wait_seconds: Seconds between two looks at that file; 0 reads it once.
        allow_version_labels_for_unavailable_models: Whether a new label may name a version that is not available.
        reload_wait_seconds: How long a new list of models waits for its models to be available.
        file_system_poll_wait_seconds: Seconds between two looks for new versions; 0 looks once.
        max_num_load_retries: How often a version that does not load is tried again.
        load_retry_interval_micros: Microseconds between those tries.
        num_load_threads: How many versions may load at the same time; 0 allows one for each model.
        enable_model_warmup: Whether the warm-up requests of a version are replayed before it is available.
        warm_up_behind: Whether the first version is available before its warm-up; later versions never are.
        enable_batching: Whether requests are batched.
        batching_parameters_file: A file of batching parameters; empty takes TF Serving's defaults.
        enable_per_model_batching_parameters: Whether each version has batching parameters in a file of its own.
        monitoring_config_file: A file that says whether and where Prometheus finds metrics.
        ssl_config_file: A file with key and certificates of the gRPC port; empty does not encrypt.
        grpc_socket_path: A socket file that gRPC listens on as well.
        grpc_channel_arguments: More settings of gRPC, as `name=value` with commas between them.
        saved_model_tags: The tags of the MetaGraph to load, with commas between them.
        enable_signature_method_name_check: Whether a signature answers only the API that its method name says.
        tensorflow_session_parallelism: Threads within and between operations of a model; 0 lets TensorFlow choose.
        tensorflow_intra_op_parallelism: Threads within operations, if their number differs.
        tensorflow_inter_op_parallelism: Threads between operations, if their number differs.
        enable_grpc_healthcheck_service: Whether gRPC's health service answers.
        access_log: The file of the access log, with a line for each request; `-` is the standard output, empty is none.
        drain_seconds: How long a stopping server waits for running requests.
    """

    model_name: str = ""
    model_base_path: str = ""
    host: str = "127.0.0.1"
    port: int = 8500
    rest_api_port: int = 8501
    rest_api_enable_cors_support: bool = False
    rest_api_num_threads: int = 0
    rest_api_timeout_in_ms: int = 30_000
    rest_api_receive_seconds: float = 30.0
    rest_api_max_body_bytes: int = 64 * 2**20
    grpc_max_message_bytes: int = 64 * 2**20
    grpc_receive_seconds: float = 30.0
    answer_read_seconds: float = 60.0
    max_request_values: int = 250_000
    max_request_rows: int = 10_000
    max_answer_values: int = 5_000_000
    max_name_length: int = 4096
    max_requests_under_way: int = 0
    max_requests_per_second: float = 0.0
    model_config_file: str = ""
    model_config_file_poll_wait_seconds: float = 0.0
    allow_version_labels_for_unavailable_models: bool = False
    reload_wait_seconds: float = 300.0
    file_system_poll_wait_seconds: float = 1.0
    max_num_load_retries: int = 5
    load_retry_interval_micros: int = 60_000_000
    num_load_threads: int = 0
    enable_model_warmup: bool = True
    warm_up_behind: bool = False
    enable_batching: bool = False
    batching_parameters_file: str = ""
    enable_per_model_batching_parameters: bool = False
    monitoring_config_file: str = ""
    ssl_config_file: str = ""
    grpc_socket_path: str = ""
    grpc_channel_arguments: str = ""
    saved_model_tags: str = "serve"
    enable_signature_method_name_check: bool = False
    tensorflow_session_parallelism: int = 0
    tensorflow_intra_op_parallelism: int = 0
    tensorflow_inter_op_parallelism: int = 0
    enable_grpc_healthcheck_service: bool = False
    access_log: str = ""
    drain_seconds: float = 10.0

    def models(self) -> list[ServedModel]:
        """The models to begin with.

        Raises:
            OSError: The config file cannot be read.
            tf.errors.OpError: The file is no model config, or is invalid.
        """
        if not self.model_config_file:
            return [ServedModel(self.model_name, self.model_base_path)]
        return served_models(read_model_config(_text(self.model_config_file)))

    def rest(self) -> RestConfig:
        """The settings of the REST port.

        Raises:
            OSError: The monitoring config cannot be read.
            tf.errors.InvalidArgumentError: The file is no monitoring config.
        """
        return RestConfig(
            self.rest_api_enable_cors_support,
            self.metrics_path(),
            self.rest_api_num_threads,
            self.max_requests_under_way,
            self.rest_api_timeout_in_ms / 1e3,
            BodyLimits(self.rest_api_max_body_bytes, self.rest_api_receive_seconds),
        )

    def admission(self) -> Admission:
        """What requests may ask for, and may hold together."""
        limits = RequestLimits(
            self.max_request_values, self.max_request_rows, self.max_answer_values, self.max_name_length
        )
        longest = max(self.rest_api_max_body_bytes, self.grpc_max_message_bytes)
        return Admission(limits, longest, self.max_requests_per_second)

    def session_config(self) -> config_pb2.ConfigProto:
        """The threads that a model runs on."""
        return config_pb2.ConfigProto(
            intra_op_parallelism_threads=self.tensorflow_intra_op_parallelism or self.tensorflow_session_parallelism,
            inter_op_parallelism_threads=self.tensorflow_inter_op_parallelism or self.tensorflow_session_parallelism,
        )

    def channel_arguments(self) -> dict[str, int | str]:
        """More settings of gRPC, by name. Values that are whole numbers become `int`.

        Raises:
            tf.errors.InvalidArgumentError: An argument has no value.
        """
        arguments: dict[str, int | str] = {}
        for argument in filter(None, self.grpc_channel_arguments.split(",")):
            name, equals, value = argument.partition("=")
            if not equals:
                raise invalid_argument(f"grpc_channel_arguments must be name=value. Received: {argument}")
            arguments[name] = int(value) if value.removeprefix("-").isdecimal() else value
        return arguments

    def batching(self) -> BatchingConfig | None:
        """The batching parameters; None if requests are not batched.

        Raises:
            OSError: The file cannot be read.
            tf.errors.InvalidArgumentError: The file is invalid, or there is one although batching is off.
        """
        if not self.enable_batching:
            if self.batching_parameters_file:
                raise invalid_argument(
                    "server_options.batching_parameters_file is set without setting "
                    "server_options.enable_batching to true."
                )
            return None
        if not self.batching_parameters_file:
            return BatchingConfig()
        return read_batching_config(_text(self.batching_parameters_file))

    def metrics_path(self) -> str:
        """The path of the metrics; empty if there are none.

        Raises:
            OSError: The file cannot be read.
            tf.errors.InvalidArgumentError: The file is no monitoring config.
        """
        return read_metrics_path(_text(self.monitoring_config_file)) if self.monitoring_config_file else ""

    def tls(self) -> TlsConfig | None:
        """Key and certificates of the gRPC port; None if it is not encrypted.

        Raises:
            OSError: The file cannot be read.
            tf.errors.InvalidArgumentError: The file is no TLS config, or a field is missing.
        """
        return read_tls_config(_text(self.ssl_config_file)) if self.ssl_config_file else None


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
