"""The server that the conformance suite asks: our own, or the one that TANDEM_SERVING_ADDRESS names."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import httpx
import pytest

from serving.local_server.models.versions import State
from tests.support.local_servers import NO_PROXY, free_ports, rest_client, serving
from tests.support.tf_serving_models import save_models

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
    folder = tmp_path_factory.mktemp("conformance")
    (folder / "models.config").write_text(save_models(folder), encoding="utf-8")
    config = free_ports(
        model_config_file=str(folder / "models.config"), allow_version_labels_for_unavailable_models=True
    )
    with serving(config, 123) as local:
        for name in ("strings", "several", "versions"):
            assert local.manager.model(name).wait_for(1, State.AVAILABLE, timeout=60)
        yield Server(local.grpc_address, local.rest_address)


@pytest.fixture(scope="session")
def rest(server: Server) -> Iterator[httpx.Client]:
    """A client of its REST port."""
    with rest_client(server) as client:
        yield client


@pytest.fixture(scope="session")
def channel(server: Server) -> Iterator[grpc.Channel]:
    """A channel to its gRPC port."""
    with grpc.insecure_channel(server.grpc_address, options=NO_PROXY) as channel:
        yield channel
