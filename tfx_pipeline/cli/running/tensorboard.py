"""Start TensorBoard on the logs of all trainings of this pipeline, each by model, day and time or by its variant.

It follows trainings that are under way, and may be started before the first one. Ctrl-C ends it.
"""

import argparse
import contextlib
import os
import signal
import socket
import sys

from tfx_pipeline.cli.parsing import config_arguments, option_values
from tfx_pipeline.console.exit_code import ExitCode

_HOST = "127.0.0.1"
_PORTS = 2**16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    config_arguments.add(parser)
    parser.add_argument(
        "--port",
        type=option_values.port,
        default=6006,
        help=f"on {_HOST}; 0 takes a free one (%(default)s)",
        metavar="PORT",
    )


def run(args: argparse.Namespace) -> int:
    """Runs TensorBoard in this process, so that both end together, until interrupted; 1 if the port is taken."""
    folder = config_arguments.load(args).tensorboard_dir
    if args.port and not _is_free(args.port):
        other = _next_free(args.port)
        print(f"tandem tensorboard: port {args.port} of {_HOST} is taken. --port {other} is free.", file=sys.stderr)
        return ExitCode.FAILED
    try:
        address = _start(folder, args.port)
        note = "" if os.path.isdir(folder) or "://" in folder else ", where nothing is yet; a training writes there"
        print(f"TensorBoard at {address} shows {folder}{note} (Ctrl-C ends it)", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    return ExitCode.OK


def _start(folder: str, port: int) -> str:
    """Starts it in a thread and returns its address."""
    from tensorboard import default, program  # Takes seconds, but imports no TensorFlow.

    os.environ.setdefault("GCS_READ_CACHE_DISABLED", "1")  # As TensorBoard's own command does: logs grow.
    tensorboard = program.TensorBoard(plugins=default.get_plugins())
    tensorboard.configure(logdir=folder, host=_HOST, port=port)
    # It prints a greeting to `sys.stderr`; what libraries print belongs to descriptor 2.
    with contextlib.redirect_stderr(sys.__stderr__):
        return tensorboard.launch()


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
        except OSError:
            return False
    return True


def _next_free(port: int) -> int:
    """The next free port; 0, which takes any, if there is none near."""
    return next((each for each in range(port + 1, min(port + 100, _PORTS)) if _is_free(each)), 0)
