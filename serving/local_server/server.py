"""The local model server: REST and gRPC ports in front of models.

The ports open at once. Until a model is loaded, the answer is NOT_FOUND, as for any version that is not available.
"""

import logging
import os
import threading
from collections.abc import Mapping

import grpc
import uvicorn
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from serving.local_server.grpc_api.admitted_calls import AdmittedCalls, UnreadAnswers
from serving.local_server.grpc_api.grpc_service import ModelService, PredictionService, ReloadLimits
from serving.local_server.grpc_api.health import Health
from serving.local_server.grpc_api.overdue_calls import OverdueCalls
from serving.local_server.grpc_api.patient_threads import PatientThreads
from serving.local_server.models.config_reload import ConfigFile
from serving.local_server.models.loader import Loader
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.served_models import ServedModel
from serving.local_server.models.versions import ColdStart, ModelVersions
from serving.local_server.open_files import allow_many_open_files, most_connections
from serving.local_server.port_check import listening
from serving.local_server.rest.http_connection import patient_connection
from serving.local_server.rest.rest_service import RestApi
from serving.local_server.server_config import ServerConfig
from serving.local_server.stop_signals import stop_signals
from serving.local_server.watching.access_log import AccessLog
from serving.local_server.watching.observation import Observer
from serving.local_server.watching.server_metrics import Metrics
from serving.local_server.wire.text_configs import TlsConfig

LOGGER = logging.getLogger(__name__)
_LARGEST_MESSAGE = 2**31 - 1
_CHANNEL_ARGUMENTS: Mapping[str, int | str] = {
    "grpc.max_send_message_length": _LARGEST_MESSAGE,
    "grpc.so_reuseport": 0,
    "grpc.max_connection_idle_ms": 600_000,
    "grpc.server_handshake_timeout_ms": 5_000,
}
_CALLS_A_THREAD = 64
_PROMPT_S = 0.2
"""Seconds after which another call runs in place of one whose message has not come."""
_RELOADS_AT_A_TIME = 4
_RELOAD = "/tensorflow.serving.ModelService/HandleReloadConfigRequest"
_BACKLOG = 1024


class LocalServer:
    """A running server; use it as a context manager, or call `start` and `stop`.

    Attributes:
        manager: The models of the server.
        port: The gRPC port, known after `start`.
        rest_api_port: The REST port, known after `start`.
    """

    def __init__(self, config: ServerConfig):
        """Reads the files that the settings name, and opens no port yet.

        Raises:
            OSError: A file cannot be read.
            tf.errors.OpError: A file is invalid.
        """
        self._config = config
        self.port = config.port
        self.rest_api_port = config.rest_api_port
        self._tls = config.tls()
        rest = config.rest()
        models = config.models()
        self._access_log = AccessLog(config.access_log)
        self._observer = Observer(Metrics(), self._access_log)
        self._channel_arguments = config.channel_arguments()
        self._load = Loader(
            config.enable_model_warmup,
            config.batching(),
            self._observer.metrics,
            config.saved_model_tags.split(","),
            config.session_config(),
            config.enable_per_model_batching_parameters,
            config.enable_signature_method_name_check,
            config.num_load_threads,
        )
        self.manager = ModelManager(
            make=self._versions, allow_labels_for_unavailable=config.allow_version_labels_for_unavailable_models
        )
        self._models = models
        self._admission = config.admission()
        self._rest_api = RestApi(self.manager, rest, self._observer, self._admission)
        self._late_messages = OverdueCalls(_PROMPT_S, "late-messages")
        self._missing_messages = OverdueCalls(config.grpc_receive_seconds, "missing-messages")
        self._late_readers = OverdueCalls(config.answer_read_seconds, "late-readers")
        self._health = Health()
        self._config_file = ConfigFile(
            self.manager,
            config.model_config_file,
            config.model_config_file_poll_wait_seconds,
            config.reload_wait_seconds,
        )
        self._grpc: grpc.Server | None = None
        self._rest: uvicorn.Server | None = None
        self._rest_thread: threading.Thread | None = None

    @property
    def grpc_address(self) -> str:
        """Host and port of gRPC."""
        return f"{self._config.host}:{self.port}"

    @property
    def rest_address(self) -> str:
        """Host and port of REST."""
        return f"{self._config.host}:{self.rest_api_port}"

    @property
    def model_names(self) -> str:
        """The names of the models that the server began with."""
        return ", ".join(model.name for model in self._models)

    @property
    def model(self) -> ModelVersions:
        """The versions of the first model that the server began with."""
        return self.manager.model(self._models[0].name)

    def start(self) -> None:
        """Opens both ports and begins to load the models.

        Raises:
            OSError: A port is taken, or the host is not this machine's.
            tf.errors.FailedPreconditionError: A label names a version, but none is available yet.
        """
        try:
            self.manager.serve(self._models)
            self._start_rest()
            self._start_grpc()
        except BaseException:
            self.stop()
            raise
        self._config_file.start()

    def stop(self) -> None:
        """Refuses new requests, waits for running ones, and unloads the models."""
        self._config_file.stop()
        self._health.stop()
        drained = self._grpc.stop(self._config.drain_seconds) if self._grpc else None
        if self._rest and self._rest_thread:
            self._rest.should_exit = True
            self._rest_thread.join(self._config.drain_seconds + 1)
        self._rest_api.close()
        if drained:
            drained.wait(self._config.drain_seconds + 1)
        for clock in (self._late_messages, self._missing_messages, self._late_readers):
            clock.stop()
        self.manager.stop()
        self._access_log.close()

    def __enter__(self) -> "LocalServer":
        """Starts the server."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stops the server."""
        self.stop()

    def _start_rest(self) -> None:
        host, port = self._config.host, self._config.rest_api_port
        try:
            listener = listening(host, port, _BACKLOG)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error
        self.rest_api_port = listener.getsockname()[1]
        self._rest = uvicorn.Server(
            uvicorn.Config(
                self._rest_api,
                http=patient_connection(
                    self._config.answer_read_seconds, self._admission.bytes.most, most_connections()
                ),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # How long a connection may wait for its next request, and how long a request may take to arrive.
                timeout_keep_alive=self._config.rest_api_receive_seconds,  # type: ignore[arg-type]
                timeout_graceful_shutdown=max(1, round(self._config.drain_seconds)),
            )
        )
        self._rest_thread = threading.Thread(
            target=self._rest.run, kwargs={"sockets": [listener]}, name="rest", daemon=True
        )
        self._rest_thread.start()

    def _start_grpc(self) -> None:
        config, admission = self._config, self._admission
        at_a_time = 4 * (os.cpu_count() or 1)
        most = config.max_requests_under_way or _CALLS_A_THREAD * at_a_time
        clocks = self._late_messages, self._missing_messages
        threads = PatientThreads(at_a_time, 2 * most, "grpc", *clocks)
        aside = PatientThreads(at_a_time, 2 * most, "grpc-aside", *clocks)
        reloads = PatientThreads(_RELOADS_AT_A_TIME + 1, _RELOADS_AT_A_TIME + 1, "reload", *clocks)
        unread = UnreadAnswers(admission.bytes.most, self._late_readers)
        options = {
            **_CHANNEL_ARGUMENTS,
            "grpc.max_receive_message_length": config.grpc_max_message_bytes,
            "grpc.max_concurrent_streams": most,
            **self._channel_arguments,
        }
        server = grpc.server(
            threads,
            interceptors=[
                AdmittedCalls(admission, threads, aside, unread, at_a_time, most, {_RELOAD: reloads}, self._observer)
            ],
            options=list(options.items()),
            maximum_concurrent_rpcs=2 * most,
        )
        reload = ReloadLimits(_RELOADS_AT_A_TIME, config.reload_wait_seconds)
        predictions = PredictionService(self.manager, self._observer, admission)
        models = ModelService(self.manager, self._observer, admission, reload)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(predictions, server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)
        if self._config.enable_grpc_healthcheck_service:
            server.add_generic_rpc_handlers((self._health.handler(),))
        address = f"{self._config.host}:{self._config.port}"
        try:
            if self._tls is None:
                self.port = server.add_insecure_port(address)
            else:
                self.port = server.add_secure_port(address, _credentials(self._tls))
            if self._config.grpc_socket_path:
                server.add_insecure_port(f"unix:{self._config.grpc_socket_path}")
        except RuntimeError as error:
            raise _cannot_listen(self._config.host, self._config.port, error) from error
        for clock in (self._late_messages, self._missing_messages, self._late_readers):
            clock.start()
        server.start()
        self._grpc = server

    def _versions(self, model: ServedModel) -> ModelVersions:
        config = self._config
        warms_behind = config.enable_model_warmup and config.warm_up_behind
        return ModelVersions(
            model.name,
            model.base_path,
            poll_seconds=config.file_system_poll_wait_seconds,
            load_retries=config.max_num_load_retries,
            retry_seconds=config.load_retry_interval_micros / 1e6,
            load=self._load,
            policy=model.policy,
            first=ColdStart(self._load.cold, self._load.warm_later) if warms_behind else None,
        )


def serve_until_stopped(config: ServerConfig) -> None:
    """Serves until SIGINT or SIGTERM, then drains; call it from the main thread.

    Prints one line with the addresses once both ports are open.

    Raises:
        OSError: A port is taken, or the host is not this machine's.
    """
    allow_many_open_files()
    with stop_signals() as wait, LocalServer(config) as server:
        print(
            f"Serving {server.model_names}: gRPC {server.grpc_address}, REST http://{server.rest_address}",
            flush=True,
        )
        wait()
        LOGGER.info("Stopping: waiting for the requests that are running")


def _credentials(tls: TlsConfig) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials(
        [(tls.server_key.encode(), tls.server_cert.encode())],
        root_certificates=tls.custom_ca.encode() or None,
        require_client_auth=tls.client_verify,
    )


def _cannot_listen(host: str, port: int, error: Exception) -> OSError:
    return OSError(f"Cannot listen on {host}:{port}: {error}")
