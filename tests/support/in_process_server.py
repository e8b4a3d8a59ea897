"""A server for the servability gate in this process, for models that cannot bring the process down."""

from components.servability_gate.candidate.candidate_server import MODEL_NAME
from serving.local_server.server import LocalServer
from tests.support.local_servers import free_ports


class InProcessServer(LocalServer):
    """A `CandidateServer` that cannot die before the test ends."""

    def check_alive(self, patience_s: float = 0.0) -> None:
        """Does nothing: this process is alive."""


def serve_in_process(base_path: str, timeout_s: float) -> InProcessServer:
    """Serves the newest version below a base path while a block runs."""
    return InProcessServer(free_ports(MODEL_NAME, base_path, max_num_load_retries=0, drain_seconds=0))
