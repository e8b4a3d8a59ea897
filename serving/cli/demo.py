"""Show everything at once: run the pipeline, serve its model, ask it and say how good it is.

Asks for one search and one recommendation, both over REST and over gRPC, as the user stood just before the last thing
that they really did on each surface. A model that retrieves answers from its whole catalogue; any other ranks what it
is sent. What was started is stopped at the end.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.canonical_event import Surface
from serving.call_error import NOT_FOUND, UNAVAILABLE, CallError
from serving.cli import asking, demo_report, demo_targets
from serving.cli.child_process import child_process, first_line_with, sigterm_as_interrupt
from serving.client import RankingClient, WireProtocol
from serving.event_log import EventLog
from tfx_pipeline.cli import config_arguments
from tfx_pipeline.configs import PipelineConfig

_LOAD_SECONDS = 300.0
_TIMEOUT_S = 30.0
_ADDRESSES = re.compile(r"gRPC (\S+), REST http://(\S+)")


class DemoError(Exception):
    """The demonstration cannot go on; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument("--user", default="17850", help="whom to ask for (%(default)s, else the most active user)")


def run(args: argparse.Namespace) -> int:
    """Runs all of it; 0 when every part worked, else 1."""
    config = config_arguments.load(args)
    options = ["--config", args.config]
    for override in args.overrides:
        options += ["--set", override]
    begin = time.monotonic()
    with sigterm_as_interrupt():
        try:
            _run_pipeline(options)
            with _served(config, options) as addresses:
                _ask(config, args.user, addresses)
            _report(config)
        except (DemoError, OSError, ValueError) as error:
            print(f"tandem demo: {error}", file=sys.stderr)
            return 1
        except CallError as error:
            print(f"tandem demo: {asking.explain(error, config.served_models[0])}", file=sys.stderr)
            return 1
    print(f"\nThe server is stopped. All of it took {time.monotonic() - begin:.0f} s.")
    return 0


def _tandem(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", *arguments]


def _run_pipeline(options: list[str]) -> None:
    _headline("1. The pipeline: from raw logs to a pushed model")
    with child_process(_tandem("run", *options)) as pipeline:
        if pipeline.wait() != 0:
            raise DemoError("the pipeline did not push a model; its messages above say why")


@contextmanager
def _served(config: PipelineConfig, options: list[str]) -> Iterator[dict[WireProtocol, str]]:
    """Serves the pushed model on free ports while the block runs."""
    _headline("2. The model server")
    log_path = os.path.join(config.run_root, "demo_server.log")
    command = _tandem("serve", *options, "--port", "0", "--rest_api_port", "0")
    with (
        open(log_path, "w", encoding="utf-8") as log,
        child_process(command, stdout=subprocess.PIPE, stderr=log) as server,
    ):
        assert server.stdout is not None
        line = first_line_with(server.stdout, "Serving ")
        found = _ADDRESSES.search(line)
        if not found:
            raise DemoError(f"the server did not start; see {log_path}")
        print(line)
        addresses = {WireProtocol.GRPC: found[1], WireProtocol.REST: found[2]}
        print(f"Version {_wait_until_available(config, addresses[WireProtocol.REST], log_path)} is available.")
        yield addresses


def _wait_until_available(config: PipelineConfig, address: str, log_path: str) -> int:
    end = time.monotonic() + _LOAD_SECONDS
    with RankingClient(address, config.name) as client:
        while time.monotonic() < end:
            try:
                for version in client.version_states():
                    if version.state == "AVAILABLE":
                        return version.version
            except CallError as error:
                if error.code not in (NOT_FOUND, UNAVAILABLE):
                    raise
            time.sleep(0.2)
    raise DemoError(f"no version of {config.name} became available in {_LOAD_SECONDS:.0f} s; see {log_path}")


def _ask(config: PipelineConfig, wanted_user: str, addresses: dict[WireProtocol, str]) -> None:
    user, log = _user_and_log(config, wanted_user)
    _headline(f"3. User {user}: {log.user_counts[user]} clicks in the log")
    print(demo_targets.history_text(log.history_of(user, asking.limits(config)), log))
    clients = {
        protocol: RankingClient(address, config.name, protocol, timeout_s=_TIMEOUT_S)
        for protocol, address in addresses.items()
    }
    try:
        signature_names = clients[WireProtocol.REST].signature_names()
        for surface in (Surface.SEARCH, Surface.RECOMMENDATION):
            target = demo_targets.last_target(log, user, surface, asking.limits(config))
            if target is None:
                print(f"\nThe user has no {surface.value} event to ask for.")
                continue
            is_retrieved = target.retrieval.signature in signature_names
            answers = {
                protocol: client.retrieve(target.retrieval) if is_retrieved else client.rank(target.ranking)
                for protocol, client in clients.items()
            }
            if not demo_targets.agree(*answers.values()):
                raise DemoError(f"REST and gRPC rank differently for the {surface.value} request")
            print(f"\n{demo_targets.answer_text(target, answers[WireProtocol.REST], log, is_retrieved)}")
            print("REST and gRPC gave the same ranking.")
    finally:
        for client in clients.values():
            client.close()


def _user_and_log(config: PipelineConfig, wanted: str) -> tuple[str, EventLog]:
    log = asking.read_log(config, [wanted])
    if log.events_of(wanted) or not log.user_counts:
        return wanted, log
    ((user, _),) = log.user_counts.most_common(1)
    print(f"User {wanted} is not in the log; taking the most active one instead.")
    return user, asking.read_log(config, [user])


def _report(config: PipelineConfig) -> None:
    report = demo_report.read_report(config.report_path)
    _headline("4. How good the model is, on what each user did last")
    print(demo_report.metrics_text(report))
    _headline("5. What ran, and where to look")
    print(demo_report.components_text(report))
    print(f"TensorBoard's logs: {report['tensorboard']}")
    print(f"Look at them with `tandem tensorboard`, or `.venv/bin/tensorboard --logdir {report['tensorboard']}`.")


def _headline(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)
