"""A server for the servability gate in this process, for models that cannot bring the process down."""

import contextlib
from collections.abc import Iterator

from components.servability_gate.candidate.candidate_server import MODEL_NAME
from serving.local_server.server import LocalServer
from serving.local_server.server_config import ServerConfig


class InProcessServer(LocalServer):
    """A `CandidateServer` that cannot die before the test ends."""

    def check_alive(self, patience_s: float = 0.0) -> None:
        """Does nothing: this process is alive."""


@contextlib.contextmanager
def serve_in_process(base_path: str, timeout_s: float) -> Iterator[InProcessServer]:
    """Serves the newest version below a base path while the block runs."""
    config = ServerConfig(
        MODEL_NAME,
        base_path,
        port=0,
        rest_api_port=0,
        max_num_load_retries=0,
        file_system_poll_wait_seconds=0.05,
        drain_seconds=0,
    )
    with InProcessServer(config) as server:
        yield server
