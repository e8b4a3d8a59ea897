"""What `tandem serve` can be told, and what the files say that it is told of."""

from dataclasses import dataclass

from tensorflow.core.protobuf import config_pb2

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
        model_name: The model's name in requests, where there is no config file.
        model_base_path: The folder of its version folders.
        host: The address to listen on.
        port: Of gRPC; 0 takes a free one.
        rest_api_port: Of REST; 0 takes a free one.
        rest_api_enable_cors_support: Whether pages of other origins may ask.
        rest_api_num_threads: That parse REST requests and run models for them; 0 takes four for each core.
        rest_api_timeout_in_ms: How long a REST request may take once it is there.
        rest_api_receive_seconds: How long a connection may take to send a request, or to begin with the next.
        rest_api_max_body_bytes: The longest body of a REST request; all that are under way have twice that.
        model_config_file: Lists the models, instead of `model_name` and `model_base_path`.
        model_config_file_poll_wait_seconds: Between looks at that file; 0 reads it once.
        allow_version_labels_for_unavailable_models: Whether a new label may name a version that is not available.
        file_system_poll_wait_seconds: Between looks for new versions; 0 looks once.
        max_num_load_retries: How often a version that does not load is tried again.
        load_retry_interval_micros: Between those tries.
        num_load_threads: How many versions load at a time; one for each model if 0.
        enable_model_warmup: Whether requests that a version brings along are replayed before it is available.
        warm_up_behind: Whether a first version is available before they are replayed; one that follows never is.
        enable_batching: Whether requests are put together.
        batching_parameters_file: How; TF Serving's defaults if empty.
        enable_per_model_batching_parameters: Whether that is said by a file in each version instead.
        monitoring_config_file: Whether and where there are metrics for Prometheus.
        ssl_config_file: Key and certificates of gRPC; it is not encrypted if empty.
        grpc_socket_path: A socket file that gRPC listens on as well.
        grpc_channel_arguments: More of gRPC's own settings, as `name=value` with commas between them.
        saved_model_tags: Of the MetaGraph to load, with commas between them.
        enable_signature_method_name_check: Whether a signature answers only the API that its method's name says.
        tensorflow_session_parallelism: Threads of a model, within and between operations; TensorFlow's choice if 0.
        tensorflow_intra_op_parallelism: Within operations, where that differs.
        tensorflow_inter_op_parallelism: Between operations, where that differs.
        enable_grpc_healthcheck_service: Whether gRPC's health service answers.
        access_log: The file that gets a line for each request; `-` is the standard output, none if empty.
        drain_seconds: How long a stopping server waits for the requests that it has begun.
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
    model_config_file: str = ""
    model_config_file_poll_wait_seconds: float = 0.0
    allow_version_labels_for_unavailable_models: bool = False
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
            tf.errors.OpError: It is not one, or makes no sense.
        """
        if not self.model_config_file:
            return [ServedModel(self.model_name, self.model_base_path)]
        return served_models(read_model_config(_text(self.model_config_file)))

    def rest(self) -> RestConfig:
        """How the REST port answers.

        Raises:
            OSError: The monitoring config cannot be read.
            tf.errors.InvalidArgumentError: It is not one.
        """
        longest = self.rest_api_max_body_bytes
        return RestConfig(
            self.rest_api_enable_cors_support,
            self.metrics_path(),
            self.rest_api_num_threads,
            self.rest_api_timeout_in_ms / 1e3,
            BodyLimits(longest, 2 * longest, self.rest_api_receive_seconds),
        )

    def session_config(self) -> config_pb2.ConfigProto:
        """The threads that a model runs on."""
        return config_pb2.ConfigProto(
            intra_op_parallelism_threads=self.tensorflow_intra_op_parallelism or self.tensorflow_session_parallelism,
            inter_op_parallelism_threads=self.tensorflow_inter_op_parallelism or self.tensorflow_session_parallelism,
        )

    def channel_arguments(self) -> dict[str, int | str]:
        """More of gRPC's own settings, by name; whole numbers as such.

        Raises:
            tf.errors.InvalidArgumentError: One has no value.
        """
        arguments: dict[str, int | str] = {}
        for argument in filter(None, self.grpc_channel_arguments.split(",")):
            name, equals, value = argument.partition("=")
            if not equals:
                raise invalid_argument(f"grpc_channel_arguments must be name=value. Received: {argument}")
            arguments[name] = int(value) if value.removeprefix("-").isdecimal() else value
        return arguments

    def batching(self) -> BatchingConfig | None:
        """How requests are put together; None where they are not.

        Raises:
            OSError: The file cannot be read.
            tf.errors.InvalidArgumentError: It is not one, or there is one but batching is off.
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
        """The path of the metrics; empty where there are none.

        Raises:
            OSError: The file cannot be read.
            tf.errors.InvalidArgumentError: It is not one.
        """
        return read_metrics_path(_text(self.monitoring_config_file)) if self.monitoring_config_file else ""

    def tls(self) -> TlsConfig | None:
        """Key and certificates of gRPC; None where it is not encrypted.

        Raises:
            OSError: The file cannot be read.
            tf.errors.InvalidArgumentError: It is not one.
        """
        return read_tls_config(_text(self.ssl_config_file)) if self.ssl_config_file else None


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
