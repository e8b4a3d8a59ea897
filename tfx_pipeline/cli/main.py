"""The `tandem` command: one subcommand a file, imported only when it is called."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from tfx_pipeline.cli import console_log
from tfx_pipeline.config_loading import ConfigError

COMMANDS = {
    "generate": ("tfx_pipeline.cli.generate", "make up a log of any size, with transitions of known strength"),
    "run": ("tfx_pipeline.cli.run", "run the pipeline on this machine"),
    "compile": ("tfx_pipeline.cli.compile_spec", "compile the pipeline for Kubeflow Pipelines"),
    "experiment": ("tfx_pipeline.cli.experiment", "train variants of a configuration and compare them"),
    "tensorboard": ("tfx_pipeline.cli.tensorboard", "look at the trainings"),
    "serve": ("serving.cli.serve", "serve the pushed model on this machine"),
    "query": ("serving.cli.query", "ask for a user's search results"),
    "recommend": ("serving.cli.recommend", "ask for a user's feed"),
    "similar": ("serving.cli.similar", "ask for the items most like another"),
    "sessions": ("serving.cli.sessions", "show how the model divides a user's history into sessions"),
    "explore": ("serving.cli.explore", "try the served model on a web page"),
    "demo": ("serving.cli.demo", "run, serve and ask, on the bundled data"),
}
"""Subcommand to its module, which has `add_arguments(parser)` and `run(args) -> int`, and to its line in `--help`."""

OK, FAILED, WRONG_USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand.

    Returns:
        0 when it worked, 1 when it failed, 2 when it was called wrongly.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args, module = _parse(arguments)
    except SystemExit as stop:  # argparse has printed why.
        return int(stop.code or OK)
    if module is None:
        return WRONG_USAGE
    if not args.verbose:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's C++ side logs for itself.
    console_log.start(args.verbose)
    try:
        return module.run(args)
    except ConfigError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return WRONG_USAGE
    except KeyboardInterrupt:
        print(
            "tandem: interrupted; what was finished is kept, and the same command goes on from there", file=sys.stderr
        )
        return FAILED


def _parse(arguments: list[str]):
    parser = argparse.ArgumentParser(
        prog="tandem", description="One recommender for platforms that have both a search box and a feed."
    )
    parser.add_argument("--verbose", action="store_true", help="show what the libraries log, too")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    # Only the called subcommand's module is imported: some take many seconds.
    called = next((word for word in arguments if not word.startswith("-")), None)
    module = None
    for name, (path, summary) in COMMANDS.items():
        if name == called:
            module = importlib.import_module(path)
            subparser = commands.add_parser(
                name, help=summary, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
            )
            module.add_arguments(subparser)
        else:
            commands.add_parser(name, help=summary)
    args = parser.parse_args(arguments)
    if module is None:
        parser.print_help(sys.stderr)
    return args, module


if __name__ == "__main__":
    sys.exit(main())
