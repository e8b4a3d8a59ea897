"""The server that the conformance suite asks: our own, or the one that TANDEM_SERVING_ADDRESS names."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import httpx
import pytest

ADDRESS_VARIABLE = "TANDEM_SERVING_ADDRESS"
"""`HOST:GRPC_PORT,REST_PORT` of a server on the models that `python -m tests.conformance.models FOLDER` saves."""


@dataclass(frozen=True)
class Server:
    """Where a server is."""

    grpc_address: str
    rest_address: str


def parse_address(text: str) -> Server:
    """Reads `HOST:GRPC_PORT,REST_PORT`.

    Raises:
        ValueError: It is something else.
    """
    host, _, ports = text.rpartition(":")
    numbers = ports.split(",")
    if not host or len(numbers) != 2 or not all(number.isdigit() for number in numbers):
        raise ValueError(f"{ADDRESS_VARIABLE} must be HOST:GRPC_PORT,REST_PORT. Received: {text}")
    return Server(f"{host}:{numbers[0]}", f"{host}:{numbers[1]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """A server of the suite's models."""
    if address := os.environ.get(ADDRESS_VARIABLE):
        yield parse_address(address)
        return
    from serving.local_server.models.versions import State
    from serving.local_server.server import LocalServer, ServerConfig
    from tests.support.tf_serving_models import save_models

    folder = tmp_path_factory.mktemp("conformance")
    (folder / "models.config").write_text(save_models(folder), encoding="utf-8")
    config = ServerConfig(
        port=0,
        rest_api_port=0,
        model_config_file=str(folder / "models.config"),
        allow_version_labels_for_unavailable_models=True,
    )
    with LocalServer(config) as local:
        for name, version in (("half_plus_two", 123), ("strings", 1), ("several", 1), ("versions", 1)):
            assert local.manager.model(name).wait_for(version, State.AVAILABLE, timeout=60)
        yield Server(local.grpc_address, local.rest_address)


@pytest.fixture(scope="session")
def rest(server: Server) -> Iterator[httpx.Client]:
    """A client of its REST port."""
    with httpx.Client(base_url=f"http://{server.rest_address}", trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def channel(server: Server) -> Iterator[grpc.Channel]:
    """A channel to its gRPC port."""
    with grpc.insecure_channel(server.grpc_address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        yield channel
