"""Try the served model on a web page, on this machine.

Pick or type a user, see the history as a line of feed and search events, type a query, and see the feed's and the
search's ranked lists side by side. Leave out or add an event and see the ranking move; choose an item and see which
events weighed most. Users, titles and histories come from the event log that the configuration names; it is read as a
whole. A model server must run (`tandem serve`).
"""

import argparse
import contextlib
import logging
import sys
import webbrowser

from components.raw_files.refusal import DataError
from schemas.canonical_event import Surface
from schemas.context_values import request_inputs
from serving.client.call import CallError
from serving.local_server.port_check import PortError, check_ports, listening
from tfx_pipeline.cli.asking import asked_user
from tfx_pipeline.cli.asking.source_log import read_source_log
from tfx_pipeline.cli.parsing import config_arguments, option_values
from tfx_pipeline.config.pipeline_config import ServedModel

_ABSENT = "The log has no {} event with an engagement, so no model has learned it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    asked_user.add_server_arguments(parser)
    page = parser.add_argument_group("page")
    page.add_argument("--host", default="127.0.0.1", help="address that the page listens on (%(default)s)")
    page.add_argument(
        "--port", type=option_values.port, default=8600, help="its port; 0 takes a free one (%(default)s)"
    )
    page.add_argument("--open", action="store_true", help="show it in this machine's browser")


def run(args: argparse.Namespace) -> int:
    """Serves the page until stopped; 1 when the log cannot be read or the port cannot be opened."""
    config = config_arguments.load(args)
    try:
        check_ports(args.host, {"--port": args.port})  # Before the log is read, which takes longer.
    except PortError as error:
        return asked_user.fail("explore", str(error), code=1)
    import uvicorn  # These imports take a second, which `--help` must not wait for.

    from serving.explore.app import explore_app
    from serving.explore.explored import Explored

    try:
        log = read_source_log(config.data, None)
        # A request that comes before the server is ready waits instead of being refused.
        listener = listening(args.host, args.port, backlog=128)
    except (DataError, OSError) as error:
        return asked_user.fail("explore", str(error), code=1)
    absent = {surface: _ABSENT.format(surface.value) for surface in Surface if log.lacks(surface)}
    models = {surface: model for surface, model in asked_user.served_models(config).items() if surface not in absent}
    for sentence in absent.values():
        print(f"tandem explore: {sentence}", file=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        by_name = {model.name: stack.enter_context(asked_user.connected(args, model)) for model in models.values()}
        explored = Explored(
            log,
            asked_user.limits(config),
            {surface: by_name[model.name] for surface, model in models.items()},
            {surface: model.name for surface, model in models.items()},
            request_inputs(config.transform.context),
            lambda error, surface: _failure(error, models[surface]),
            absent,
            config.transform.fold_accents,
        )
        server = uvicorn.Server(
            uvicorn.Config(explore_app(explored, args.host), lifespan="off", log_config=None, access_log=False)
        )
        port = listener.getsockname()[1]
        address = f"http://{f'[{args.host}]' if ':' in args.host else args.host}:{port}"
        print(f"Explore at {address} (Ctrl-C ends it)", flush=True)
        if args.open and not webbrowser.open(address):
            print("tandem explore: this machine has no browser to open.", file=sys.stderr)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    return 0


def _failure(error: CallError, served: ServedModel) -> str:
    words = asked_user.explain(error, served)
    return words[:1].upper() + words[1:]
