"""The local model server: REST and gRPC ports in front of the newest version below a base path.

The ports open at once, before a model is loaded; until then requests are answered NOT_FOUND, as for any version that is
not available.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import types
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass

import grpc
import uvicorn
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from serving.local_server.grpc_service import ModelService, PredictionService
from serving.local_server.model_manager import ModelManager
from serving.local_server.rest import rest_app
from serving.local_server.servable import Servable
from serving.local_server.versions import ModelVersions
from serving.local_server.warm_up import load_warm

LOGGER = logging.getLogger(__name__)
_LARGEST_MESSAGE = 2**31 - 1
_BACKLOG = 1024


@dataclass(frozen=True)
class ServerConfig:
    """What `tandem serve` can be told; the names are those of TF Serving's flags.

    Attributes:
        model_name: The model's name in requests.
        model_base_path: The folder of version folders.
        host: The address to listen on.
        port: Of gRPC; 0 takes a free one.
        rest_api_port: Of REST; 0 takes a free one.
        file_system_poll_wait_seconds: Between looks for new versions; 0 looks once.
        max_num_load_retries: How often a version that does not load is tried again.
        load_retry_interval_micros: Between those tries.
        enable_model_warmup: Whether requests that a version brings along are replayed before it is available.
        drain_seconds: How long a stopping server waits for the requests that it has begun.
    """

    model_name: str
    model_base_path: str
    host: str = "127.0.0.1"
    port: int = 8500
    rest_api_port: int = 8501
    file_system_poll_wait_seconds: float = 1.0
    max_num_load_retries: int = 5
    load_retry_interval_micros: int = 60_000_000
    enable_model_warmup: bool = True
    drain_seconds: float = 10.0


class LocalServer:
    """A running server; use it as a context manager, or call `start` and `stop`.

    Attributes:
        model: The versions of the model that it serves.
        port: The gRPC port, known after `start`.
        rest_api_port: The REST port, known after `start`.
    """

    def __init__(self, config: ServerConfig):
        """Opens nothing yet."""
        self._config = config
        self.port = config.port
        self.rest_api_port = config.rest_api_port
        self.model = ModelVersions(
            config.model_name,
            config.model_base_path,
            poll_seconds=config.file_system_poll_wait_seconds,
            load_retries=config.max_num_load_retries,
            retry_seconds=config.load_retry_interval_micros / 1e6,
            load=load_warm if config.enable_model_warmup else Servable,
        )
        self._manager = ModelManager([self.model])
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

    def start(self) -> None:
        """Opens both ports and begins to load the model.

        Raises:
            OSError: A port is taken, or the host is not this machine's.
        """
        try:
            self._start_rest()
            self._start_grpc()
        except BaseException:
            self.stop()
            raise
        self._manager.start()

    def stop(self) -> None:
        """Refuses new requests, lets those begun end, and unloads the model."""
        drained = self._grpc.stop(self._config.drain_seconds) if self._grpc else None
        if self._rest and self._rest_thread:
            self._rest.should_exit = True
            self._rest_thread.join(self._config.drain_seconds + 1)
        if drained:
            drained.wait(self._config.drain_seconds + 1)
        self._manager.stop()

    def __enter__(self) -> "LocalServer":
        """Starts the server."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stops the server."""
        self.stop()

    def _start_rest(self) -> None:
        listener = _listener(self._config.host, self._config.rest_api_port)
        self.rest_api_port = listener.getsockname()[1]
        self._rest = uvicorn.Server(
            uvicorn.Config(
                rest_app(self._manager),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, round(self._config.drain_seconds)),
            )
        )
        self._rest_thread = threading.Thread(
            target=self._rest.run, kwargs={"sockets": [listener]}, name="rest", daemon=True
        )
        self._rest_thread.start()

    def _start_grpc(self) -> None:
        server = grpc.server(
            futures.ThreadPoolExecutor(max_workers=4 * (os.cpu_count() or 1), thread_name_prefix="grpc"),
            options=[
                ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
                ("grpc.max_send_message_length", _LARGEST_MESSAGE),
                ("grpc.so_reuseport", 0),
            ],
        )
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(PredictionService(self._manager), server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(self._manager), server)
        try:
            self.port = server.add_insecure_port(f"{self._config.host}:{self._config.port}")
        except RuntimeError as error:
            raise _cannot_listen(self._config.host, self._config.port, error) from error
        server.start()
        self._grpc = server


def serve_until_stopped(config: ServerConfig) -> None:
    """Serves until SIGINT or SIGTERM, then drains; call it from the main thread.

    Prints one line with the addresses once both ports are open.

    Raises:
        OSError: A port is taken, or the host is not this machine's.
    """
    stopped = threading.Event()
    with _signals_set(stopped), LocalServer(config) as server:
        print(
            f"Serving {config.model_name}: gRPC {server.grpc_address}, REST http://{server.rest_address}",
            flush=True,
        )
        stopped.wait()
        LOGGER.info("Stopping: waiting for the requests under way")


@contextlib.contextmanager
def _signals_set(event: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `event` instead of ending the process; the handlers before are put back at the end."""

    def handle(_number: int, _frame: types.FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Asyncio turns off the delay of small packets only where it sees that the protocol is TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: Exception) -> OSError:
    return OSError(f"Cannot listen on {host}:{port}: {error}")
