"""Local servers on free ports, how tests ask them, and how they read what is refused."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import httpx
import pytest
import tensorflow as tf
from google.protobuf.message import Message
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving.local_server.models.versions import State
from serving.local_server.server import LocalServer, ServerConfig

NO_PROXY = [("grpc.enable_http_proxy", 0)]


def free_ports(model_name: str = "", model_base_path: Any = "", **settings: Any) -> ServerConfig:
    """Settings of a server on free ports, which looks for versions often."""
    settings = {"port": 0, "rest_api_port": 0, "file_system_poll_wait_seconds": 0.05, **settings}
    return ServerConfig(model_name, str(model_base_path), **settings)


@contextlib.contextmanager
def serving(config: ServerConfig, *versions: int) -> Iterator[LocalServer]:
    """Runs a server, and waits until these versions of its first model are available."""
    with LocalServer(config) as server:
        for version in versions:
            assert server.model.wait_for(version, State.AVAILABLE, timeout=60)
        yield server


def rest_client(server: Any) -> httpx.Client:
    """A client of a server's REST port; `server` has a `rest_address`."""
    return httpx.Client(base_url=f"http://{server.rest_address}", trust_env=False, timeout=60)


@contextlib.contextmanager
def predictions(address: str, *options: Any) -> Iterator[prediction_service_pb2_grpc.PredictionServiceStub]:
    """A stub for a server's gRPC port or socket."""
    with grpc.insecure_channel(address, options=[*NO_PROXY, *options]) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def grpc_error(call: Callable[..., Message], request: Message | bytes) -> tuple[grpc.StatusCode, str]:
    """The code and the text with which a call is refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=60)
    return caught.value.code(), caught.value.details()


def spoken(connection: socket.socket) -> bytes:
    """All that the server says until it closes."""
    return b"".join(iter(lambda: connection.recv(2**16), b""))


def refusal(call: Callable[..., Any], *arguments: Any, error: type = tf.errors.InvalidArgumentError) -> str:
    """The text of the error that a function raises."""
    with pytest.raises(error) as caught:
        call(*arguments)
    return str(caught.value.message)
