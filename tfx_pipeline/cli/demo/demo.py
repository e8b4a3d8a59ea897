"""Show everything at once: run the pipeline, serve its model and ask it.

Asks for three users, on each surface, over REST and over gRPC. Each request holds the user's history up to the last
event on that surface, and the answer is shown beside that event. A model that retrieves answers from its whole
catalogue; any other model ranks the candidates that it is sent. The server is stopped at the end. If the new model was
not pushed, an older version is served and asked, and the exit code is 3.
"""

import argparse
import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.canonical_event import Surface
from schemas.context_values import request_inputs
from serving.client.call import NOT_FOUND, UNAVAILABLE, CallError
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.local_server.child_process import child_process, first_line_with, sigterm_as_interrupt
from serving.local_server.models.version_folders import version_folders
from serving.shop_log.event_log import EventLog
from tfx_pipeline.cli.asking import asked_user
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.demo import demo_targets, demo_users
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.running.surfaces_of_log import fitted_to_log
from tfx_pipeline.config.pipeline_config import DEFAULT_CONFIG, PipelineConfig
from tfx_pipeline.console.exit_code import ExitCode

_LOAD_SECONDS = 300.0
_TIMEOUT_S = 120.0
"""The server has just been started. On two slow cores its first answers take a while beside the warm-up."""
_ADDRESSES = re.compile(r"gRPC (\S+), REST http://(\S+)")


class DemoError(Exception):
    """The demonstration cannot go on; the message says why.

    Attributes:
        code: The exit code.
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED):
        super().__init__(message)
        self.code = code


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument(
        "--user",
        default="17850",
        help="first user to ask for (%(default)s, or the most active one if the log has none of this name)",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the demonstration; 0 when every part worked, 3 when an older version was served, else 1."""
    config = config_arguments.load(args)
    options = ["--config", args.config]
    for override in args.overrides:
        options += ["--set", override]
    begin = time.monotonic()
    with sigterm_as_interrupt():
        try:
            code = _run_pipeline(config, options)
            (config,) = fitted_to_log([config], lambda _: None)  # The run has said so.
            with _served(config, options) as addresses:
                _ask(config, args.user, addresses)
            _say_what_is_next(config, options[2:] if args.config == DEFAULT_CONFIG else options)
        except (DemoError, OSError, ValueError) as error:
            print(f"tandem demo: {error}", file=sys.stderr)
            return error.code if isinstance(error, DemoError) else ExitCode.FAILED
        except CallError as error:
            print(f"tandem demo: {asked_user.explain(error, config.served_models[0])}", file=sys.stderr)
            return ExitCode.FAILED
    print(f"\nThe server is stopped. All of it took {time.monotonic() - begin:.0f} s.")
    if code == ExitCode.NOT_PUSHED:
        print("The model of this run was not pushed, see above; the one that answered is an older version.")
    return code


def _tandem(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main", *arguments]


def _run_pipeline(config: PipelineConfig, options: list[str]) -> ExitCode:
    """Runs `tandem run`, which reports its result itself.

    Raises:
        DemoError: The run failed, or no version of some model was ever pushed.
    """
    _headline("1. The pipeline: from raw logs to a pushed model")
    with child_process(_tandem("run", *options)) as pipeline:
        code = pipeline.wait()
    if code == ExitCode.OK:
        return ExitCode.OK
    if code != ExitCode.NOT_PUSHED:
        raise DemoError("the pipeline failed; its messages above say why")
    if not all(version_folders(served.pushed_model_dir) for served in config.served_models):
        message = "the model was not pushed, see above, and there is no earlier version to serve"
        raise DemoError(message, ExitCode.NOT_PUSHED)
    print("\nGoing on with the version that was pushed before.")
    return ExitCode.NOT_PUSHED


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
        for served in config.served_models:
            version = _wait_until_available(served.name, addresses[WireProtocol.REST], log_path)
            print(f"{served.name}: version {version} is available.")
        yield addresses


def _wait_until_available(name: str, address: str, log_path: str) -> int:
    end = time.monotonic() + _LOAD_SECONDS
    with RankingClient(address, name) as client:
        while time.monotonic() < end:
            try:
                for version in client.version_states():
                    if version.state == "AVAILABLE":
                        return version.version
            except CallError as error:
                if error.code not in (NOT_FOUND, UNAVAILABLE):
                    raise
            time.sleep(0.2)
    raise DemoError(f"no version of {name} became available in {_LOAD_SECONDS:.0f} s; see {log_path}")


def _ask(config: PipelineConfig, wanted_user: str, addresses: dict[WireProtocol, str]) -> None:
    log, users = _log_and_users(config, wanted_user)
    _headline(f"3. {len(users)} users, just before the last thing that they did on each surface")
    answers = 0
    with contextlib.ExitStack() as stack:
        clients = {
            served.name: {
                protocol: stack.enter_context(RankingClient(address, served.name, protocol, timeout_s=_TIMEOUT_S))
                for protocol, address in addresses.items()
            }
            for served in config.served_models
        }
        for user in users:
            print(f"\n--- User {user}: {log.user_counts[user]} clicks in the log ---")
            for served in config.served_models:
                for surface in sorted(served.surfaces, reverse=True):  # Search first.
                    answers += _ask_surface(config, log, user, Surface(surface), clients[served.name])
    print(f"\nREST and gRPC gave the same ranking, in each of {answers} answers.")


def _ask_surface(
    config: PipelineConfig, log: EventLog, user: str, surface: Surface, clients: dict[WireProtocol, RankingClient]
) -> int:
    """Asks for one user on one surface, and returns how many answers there were.

    Raises:
        DemoError: The two protocols do not agree.
    """
    moment_inputs = request_inputs(config.transform.context)
    target = demo_targets.last_target(log, user, surface, asked_user.limits(config), moment_inputs)
    if target is None:
        print(f"\nThe user has no {surface.value} event to ask for.")
        return 0
    is_retrieved = target.retrieval.signature in clients[WireProtocol.REST].signature_names()
    answers = {
        protocol: client.retrieve(target.retrieval) if is_retrieved else client.rank(target.ranking)
        for protocol, client in clients.items()
    }
    if not demo_targets.agree(*answers.values()):
        raise DemoError(f"REST and gRPC rank differently for the {surface.value} request of user {user}")
    width = shutil.get_terminal_size().columns
    print(f"\n{demo_targets.answer_text(target, answers[WireProtocol.REST], log, is_retrieved, width)}")
    return 1


def _log_and_users(config: PipelineConfig, wanted: str) -> tuple[EventLog, list[str]]:
    """Returns the log, with the events of the users to ask for, and these users."""
    log = read_source_log(config.data, [wanted])
    if not log.events_of(wanted) and log.user_counts:
        ((user, _),) = log.user_counts.most_common(1)
        print(f"\nUser {wanted} is not in the log; taking the most active one instead.")
        wanted = user
    others = demo_users.candidates(log.user_counts, wanted)
    log = read_source_log(config.data, [wanted, *(user for users in others for user in users)])
    limits = asked_user.limits(config)

    def acts_everywhere(user: str) -> bool:
        surfaces = (Surface(each) for served in config.served_models for each in served.surfaces)
        return all(demo_targets.last_target(log, user, surface, limits) for surface in surfaces)

    return log, demo_users.chosen(wanted, others, acts_everywhere)


def _say_what_is_next(config: PipelineConfig, options: list[str]) -> None:
    with_options = "".join(f" {shlex.quote(option)}" for option in options)
    _headline("4. What next")
    commands = {
        f"tandem serve{with_options}": "serves the model until it is interrupted; then, in another terminal:",
        f"tandem explore{with_options}": "shows it on a web page: users, lists, what weighed and what would move them",
        f"tandem tensorboard{with_options}": f"shows the trainings (logs in {config.tensorboard_dir})",
        "tandem init": "begins with logs of your own",
    }
    for command, what in commands.items():
        print(f"{command}\n    {what}")


def _headline(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)
