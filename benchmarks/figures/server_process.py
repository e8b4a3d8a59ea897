"""Starts the local server in a process of its own and reads the metrics that it measures itself."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.local_server.child_process import child_process, first_line_with

MODEL = "benchmark"
_MONITORING_CONFIG = str(Path(__file__).parents[2] / "serving" / "deploy" / "monitoring.config")
_METRICS = "/monitoring/prometheus/metrics"
_SECONDS_TO_LOAD = 120
_ADDRESSES = re.compile(r"gRPC (\S+), REST http://(\S+)")


@dataclass(frozen=True)
class Times:
    """What the server has measured so far.

    Attributes:
        requests: The number of requests that it answered.
        request_us: The total time from request to answer, in microseconds.
        runtime_us: The total time that the model ran, in microseconds.
    """

    requests: int
    request_us: float
    runtime_us: float


@dataclass(frozen=True)
class ServerProcess:
    """A running server.

    Attributes:
        grpc_address: Host and port of gRPC.
        rest_address: Host and port of REST.
    """

    grpc_address: str
    rest_address: str

    def times(self) -> dict[str, Times]:
        """Reads what the server has measured so far, for `GRPC` and for `REST`."""
        page = httpx.get(f"http://{self.rest_address}{_METRICS}", trust_env=False).text
        return {
            entrypoint: Times(
                int(
                    _value(page, f'request_latency_count{{model_name="{MODEL}",API="{api}",entrypoint="{entrypoint}"}}')
                ),
                _value(page, f'request_latency_sum{{model_name="{MODEL}",API="{api}",entrypoint="{entrypoint}"}}'),
                _value(page, f'runtime_latency_sum{{model_name="{MODEL}",API="{api}",runtime="TF1"}}'),
            )
            for entrypoint, api in (("GRPC", "Predict"), ("REST", "predict"))
        }


@contextmanager
def server_process(base_path: str, settings: Sequence[str] = ()) -> Iterator[ServerProcess]:
    """Starts a server of the newest version below a base path, and waits until the model is available as `MODEL`.

    Args:
        base_path: The folder of versions.
        settings: Further options of the server.

    Raises:
        RuntimeError: The server does not start, or the model does not load within two minutes.
    """
    command = [sys.executable, "-m", "serving.local_server.launch", "--until_input_ends", "--model_name", MODEL]
    command += ["--model_base_path", base_path, "--port", "0", "--rest_api_port", "0"]
    command += ["--monitoring_config_file", _MONITORING_CONFIG, *settings]
    with child_process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        found = _ADDRESSES.search(first_line_with(process.stdout, "Serving"))
        if found is None:
            raise RuntimeError(f"The server ended: {' '.join(command)}")
        server = ServerProcess(*found.groups())
        _wait_for_model(server)
        yield server


def _wait_for_model(server: ServerProcess) -> None:
    end = time.monotonic() + _SECONDS_TO_LOAD
    with RankingClient(server.rest_address, MODEL) as client:
        while True:
            try:
                states = [each.state for each in client.version_states()]
            except CallError as error:
                states = [error.message]
            if "AVAILABLE" in states:
                return
            if time.monotonic() > end:
                raise RuntimeError(f"No version was available after {_SECONDS_TO_LOAD} s: {states}")
            time.sleep(0.1)


def _value(page: str, line: str) -> float:
    """Returns the value of a line of the Prometheus page; 0 if nothing was measured yet."""
    found = re.search(rf"^:tensorflow:serving:{re.escape(line)} (\S+)$", page, re.MULTILINE)
    return float(found.group(1)) if found else 0.0
