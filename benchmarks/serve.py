"""What does the local server add to the model, and how many requests a second does it answer?

python -m benchmarks.serve
python -m benchmarks.serve --base_path FOLDER_OF_VERSIONS --clients 1 64
taskset -c 0 python -m benchmarks.serve --clients 1
python -m benchmarks.serve --set tensorflow_inter_op_parallelism=-1
"""

import argparse
import contextlib
import functools
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import measuring, printed_report, request_load
from benchmarks.figures.server_process import MODEL, ServerProcess, server_process
from benchmarks.workloads.model_requests import Question, questions
from serving.local_server.models.servable import Servable
from serving.local_server.models.version_folders import version_folders

CANDIDATES = (100, 1_000)
CLIENTS = (1, 8, 64)
DIRECT, GRPC, REST = "direct", "gRPC", "REST"
_ENTRYPOINTS = {GRPC: "GRPC", REST: "REST"}
_PERCENTILES = (50, 95, 99)


def measure(
    base_path: str, clients: Sequence[int], steps: int, seconds: float, settings: Sequence[str] = ()
) -> dict[str, Any]:
    """Measures the newest version below a base path, in a server process and in this process.

    Args:
        base_path: The folder of versions.
        clients: Numbers of clients that ask at the same time.
        steps: How many requests of each kind a single client makes, directly and by each protocol.
        seconds: How long several clients ask.
        settings: Options of the server.

    Returns:
        The report.

    Raises:
        ValueError: There is no version.
        RuntimeError: The server does not start.
    """
    versions = version_folders(base_path)
    if not versions:
        raise ValueError(f"There is no version below {base_path}")
    servable = Servable(versions[max(versions)])
    asked = questions(servable, CANDIDATES)
    latencies, overheads = [], []
    with server_process(base_path, settings) as server:
        for question in asked:
            for count in clients:
                if count == 1:
                    rows, overhead = _one_client(servable, server, question, steps)
                    latencies += rows
                    overheads.append(overhead)
                else:
                    latencies += _many_clients(server, question, count, seconds)
    return {
        "workload": {
            "version": max(versions),
            "steps": steps,
            "seconds": seconds,
            "settings": " ".join(settings) or "none",
        },
        "machine": measuring.machine(),
        "requests": latencies,
        **({"overhead_ms_at_one_client": overheads} if overheads else {}),
    }


def _one_client(
    servable: Servable, server: ServerProcess, question: Question, steps: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Asks directly, by gRPC and by REST in turn, so that a busy machine slows all of them down alike."""
    inputs = question.inputs()
    requests = _requests(question)
    with contextlib.ExitStack() as connections:
        ways: dict[str, Callable[[int], Any]] = {
            DIRECT: lambda step: servable.run(question.signature, inputs[step % len(inputs)])
        }
        for way, client in _clients(server).items():
            # A graph's first calls are slow, and the server closes an idle connection. So each is warmed up by itself.
            _in_turns(ways, len(inputs))
            ask, asked = connections.enter_context(client()), requests[way]
            ways[way] = functools.partial(_ask_in_turn, ask, asked)
        _in_turns(ways, len(inputs))
        before = server.times()
        taken = _in_turns(ways, steps)
        after = server.times()
    rows, overhead = [], {"question": question.name, DIRECT: 1e3 * float(np.median(taken[DIRECT]))}
    for way, seconds in taken.items():
        rows.append({**_row(question, way, 1, seconds, len(seconds) / sum(seconds)), **_inside(way, before, after)})
        if way != DIRECT:
            overhead[way] = 1e3 * float(np.median(seconds) - np.median(taken[DIRECT]))
    return rows, overhead


def _ask_in_turn(ask: request_load.Ask, requests: Sequence[bytes], step: int) -> None:
    ask(requests[step % len(requests)])


def _in_turns(ways: Mapping[str, Callable[[int], Any]], steps: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for step in range(steps):
        for way, ask in ways.items():
            begin = time.perf_counter()
            ask(step)
            taken[way].append(time.perf_counter() - begin)
    return taken


def _many_clients(server: ServerProcess, question: Question, clients: int, seconds: float) -> list[dict[str, Any]]:
    rows = []
    for way, requests in _requests(question).items():
        before = server.times()
        load = request_load.run(_clients(server)[way], requests, clients, seconds)
        after = server.times()
        per_second = len(load.latencies) / load.seconds
        rows.append({**_row(question, way, clients, load.latencies, per_second), **_inside(way, before, after)})
    return rows


def _clients(server: ServerProcess) -> dict[str, request_load.Client]:
    return {
        GRPC: functools.partial(request_load.grpc_client, server.grpc_address),
        REST: functools.partial(request_load.rest_client, server.rest_address),
    }


def _requests(question: Question) -> dict[str, list[bytes]]:
    return {
        GRPC: [call.grpc_message(MODEL).SerializeToString() for call in question.calls],
        REST: [request_load.rest_request(MODEL, call.rest_body()) for call in question.calls],
    }


def _row(question: Question, way: str, clients: int, seconds: Sequence[float], per_second: float) -> dict[str, Any]:
    percentiles = {f"p{each}_ms": 1e3 * float(np.percentile(seconds, each)) for each in _PERCENTILES}
    return {
        "question": question.name,
        "way": way,
        "clients": clients,
        **percentiles,
        "requests_per_second": per_second,
    }


def _inside(way: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, float]:
    """Returns means of what the server measured meanwhile: of the model's run, and from request to answer."""
    if way == DIRECT:
        return {"run_ms": float("nan"), "handler_ms": float("nan")}
    entrypoint = _ENTRYPOINTS[way]
    one, other = before[entrypoint], after[entrypoint]
    requests = max(1, other.requests - one.requests)
    return {
        "run_ms": 1e-3 * (other.runtime_us - one.runtime_us) / requests,
        "handler_ms": 1e-3 * (other.request_us - one.request_us) / requests,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__.splitlines()[0])
    parser.add_argument("--base_path", default="", help="folder of versions; without it a model is generated")
    parser.add_argument("--config", default="configs/online_retail.yaml", help="of the generated model")
    parser.add_argument("--clients", type=int, nargs="+", default=list(CLIENTS), help="numbers of clients at a time")
    parser.add_argument("--steps", type=int, default=200, help="requests of each kind and way by one client")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long more clients ask, for each figure")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the server")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    if min(*args.clients, args.steps) < 1 or args.seconds <= 0:
        parser.error("--clients, --steps and --seconds should be above 0")
    with tempfile.TemporaryDirectory() as passing:
        compared: dict[str, Any] = {}
        if not args.base_path:
            from benchmarks import exported_graph  # Imports Beam and tensorflow_transform: seconds.

            args.base_path, compared = exported_graph.saved_and_compared(Path(passing), args.config, args.steps)
        try:
            settings = [f"--{each}" for each in args.set]
            report = measure(args.base_path, args.clients, args.steps, args.seconds, settings)
        except ValueError as error:
            parser.error(str(error))
    printed_report.show({**report, **compared}, args.json)


if __name__ == "__main__":
    main()
