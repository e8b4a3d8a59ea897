"""The `tandem` command. Each subcommand is a module of its own, imported only when it is called."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from tfx_pipeline.cli.parsing.command_parser import CommandParser, did_you_mean
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.console import console_log, interruption, library_output
from tfx_pipeline.console.exit_code import ExitCode
from tfx_pipeline.runners import failures

GROUPS = {
    "Start": {
        "demo": ("tfx_pipeline.cli.demo.demo", "run, serve and ask, on the bundled data"),
        "init": ("tfx_pipeline.cli.own_log.init", "make a configuration for a log of your own"),
        "check": ("tfx_pipeline.cli.own_log.check", "look at a log before a run does, and tell what looks wrong"),
        "config": (
            "tfx_pipeline.cli.settings.config",
            "show a configuration: each value, what it means, where it comes from",
        ),
        "run": ("tfx_pipeline.cli.running.run", "run the pipeline on this machine, from logs to a pushed model"),
        "tune": ("tfx_pipeline.cli.running.tune", "search for better values of a configuration's fields"),
        "index": ("tfx_pipeline.cli.running.index", "take new items into the pushed model, without training"),
    },
    "Look at data": {
        "data": (
            "tfx_pipeline.cli.own_log.data",
            "tell what a whole log is like: users, days, transitions, top queries",
        ),
        "generate": (
            "tfx_pipeline.cli.own_log.generate",
            "make up a log of any size, with transitions of known strength",
        ),
    },
    "Serve and ask": {
        "serve": ("tfx_pipeline.cli.serving.serve", "serve the pushed model on this machine"),
        "versions": ("tfx_pipeline.cli.serving.list_versions", "list the pushed versions, and which is served"),
        "rollback": ("tfx_pipeline.cli.serving.roll_back", "serve an earlier pushed version again"),
        "score": ("tfx_pipeline.cli.serving.score", "write what each user is recommended, without a server"),
        "vectors": ("tfx_pipeline.cli.serving.write_vectors", "write the vectors of all items, for other systems"),
        "query": ("tfx_pipeline.cli.asking.query", "ask for a user's search results"),
        "recommend": ("tfx_pipeline.cli.asking.recommend", "ask for a user's feed"),
        "similar": ("tfx_pipeline.cli.asking.similar", "ask for the items most like another"),
        "sessions": ("tfx_pipeline.cli.sessions.sessions", "show how the model divides a user's history into sessions"),
        "explore": ("tfx_pipeline.cli.serving.explore", "try the served model on a web page"),
    },
    "Look at results": {
        "runs": (
            "tfx_pipeline.cli.running.runs",
            "list and compare past runs, tell what a model was made of, remove runs",
        ),
        "report": ("tfx_pipeline.cli.running.report_file", "write the report of a run as one HTML file"),
        "tensorboard": ("tfx_pipeline.cli.running.tensorboard", "look at the trainings"),
        "experiment": ("tfx_pipeline.cli.running.experiment", "train variants of a configuration and compare them"),
        "reproduce": (
            "tfx_pipeline.cli.running.reproduce",
            "run a paper's experiment, its figures beside ours",
        ),
    },
    "Deploy": {
        "schedule": ("tfx_pipeline.cli.running.schedule", "print what runs it every day: for crontab, or systemd"),
        "compile": ("tfx_pipeline.cli.running.compile_spec", "compile the pipeline for Kubeflow Pipelines"),
    },
    "Your shell": {
        "completion": (
            "tfx_pipeline.cli.parsing.completion",
            "print what completes commands and options in your shell",
        ),
    },
}
"""Maps a group to its subcommands, and each subcommand to its module and its line in `--help`.

A module has `add_arguments(parser)` and `run(args) -> int`. It imports TFX and TensorFlow only within `run`.
"""

RUNNING = ("run", "tune", "index", "experiment", "reproduce", "compile", "score", "vectors")
"""The commands that run TFX or Beam. Their errors are told in a paragraph instead of a traceback."""

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}

_START = """\
One recommender for platforms that have both a search box and a feed.

Start here: `tandem demo` trains on the bundled data, serves the model and asks it. With a log of your own,
`tandem init` writes a configuration and `tandem check` looks at what it names. `tandem run` trains and pushes a model,
`tandem serve` serves it, `tandem explore` shows it on a web page. `tandem COMMAND --help` tells of one command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand.

    Returns:
        An `ExitCode`, as a plain number.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        module, args = _parse(arguments)
    except SystemExit as stop:  # The parser has printed why.
        return int(stop.code or ExitCode.OK)
    # Without `argv` the process belongs to the command, which may take over its descriptors and signals.
    libraries = library_output.divert(f"tandem {args.command}") if argv is None and not args.verbose else None
    console_log.start(args.verbose, libraries)
    if argv is None:
        interruption.listen()
    try:
        code = module.run(args)
        sys.stdout.flush()
        return int(code)
    except ConfigError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return int(ExitCode.WRONG_USAGE)
    except failures.NotReadyError as error:
        print(f"tandem {args.command}: {error}", file=sys.stderr)
        return int(ExitCode.FAILED)
    except BrokenPipeError:  # The reader of the output has closed its end, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end.
        return int(ExitCode.OK)
    except BaseException as error:
        if interruption.is_one(error):
            return interruption.end(args.command, ExitCode.FAILED, at_once=argv is None)
        if args.command not in RUNNING or not isinstance(error, Exception):
            raise
        root = getattr(args, "run_root", "")
        print(failures.tell(error, f"tandem {args.command}", root, library_output.last_lines()), file=sys.stderr)
        return int(ExitCode.FAILED)


def _parse(arguments: list[str]) -> tuple[ModuleType, argparse.Namespace]:
    """Finds the subcommand's module and reads its options; only that module is imported."""
    # None of tandem's own options takes a value, so the first word without a dash is the subcommand.
    place = next((index for index, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
    tandem = _own_parser()
    own = tandem.parse_words(arguments[:place])
    if own.version:
        from tfx_pipeline.console import installed_versions

        print(installed_versions.text())
        tandem.exit()
    if place == len(arguments):
        tandem.print_help(sys.stderr)
        tandem.exit(ExitCode.WRONG_USAGE)
    name = arguments[place]
    if name not in COMMANDS:
        tandem.error(f"there is no command {name}.{did_you_mean(name, COMMANDS)}")
    module = importlib.import_module(COMMANDS[name][0])
    parser = CommandParser(f"tandem {name}", module.__doc__)
    module.add_arguments(parser)
    args = parser.parse_words(arguments[place + 1 :])
    args.command, args.verbose = name, args.verbose or own.verbose
    return module, args


def _own_parser() -> CommandParser:
    """The parser of the words before the subcommand. Its help lists all subcommands."""
    lines = [_START]
    for group, commands in GROUPS.items():
        lines += ["", f"{group}:"]
        lines += [f"  {name:13}{summary}" for name, (_, summary) in commands.items()]
    parser = CommandParser("tandem", "\n".join(lines), usage="tandem [--verbose] COMMAND …")
    parser.add_argument("--version", action="store_true", help="print the versions of Tandem and its libraries")
    return parser


if __name__ == "__main__":
    sys.exit(main())
