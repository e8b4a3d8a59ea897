"""Starts a server from options alone, without a pipeline's configuration.

    python -m serving.local_server.launch --model_name shop --model_base_path /models/shop --until_input_ends

The options are the settings of `ServerConfig`. This is for programs that start a server in a process of its own.
"""

import argparse
import dataclasses
import os
import signal
import sys
import threading
from collections.abc import Sequence

from serving.local_server.lean_tensorflow import import_parts


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM; returns the exit code.

    With `--until_input_ends` the server also stops when its standard input is closed. So a program that starts a server
    leaves none behind, however that program ends.
    """
    import_parts()
    # These imports take seconds: they import what is left of TensorFlow.
    from serving.local_server.server import serve_until_stopped
    from serving.local_server.server_config import ServerConfig

    parser = argparse.ArgumentParser(
        prog="serving.local_server.launch", description="Serve models by TF Serving's APIs."
    )
    for field in dataclasses.fields(ServerConfig):
        kind = _truth if field.type is bool else field.type
        parser.add_argument(f"--{field.name}", type=kind, default=field.default, help="(%(default)s)")
    parser.add_argument("--until_input_ends", action="store_true", help="end when the standard input is closed")
    options = vars(parser.parse_args(arguments))
    if options.pop("until_input_ends"):
        threading.Thread(target=_stop_when_input_ends, name="lifeline", daemon=True).start()
    try:
        serve_until_stopped(ServerConfig(**options))
    except OSError as error:
        print(f"The server cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text} is neither true nor false")
    return text == "true"


def _stop_when_input_ends() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
